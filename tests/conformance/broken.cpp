// The suite against brokers that are wrong on purpose: each must be caught by the case that is about its fault, and be
// found to break nothing else.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "broken_brokers.hpp"
#include "catch.hpp"

namespace {

using namespace chatd;
using sdk::testing::broker_cases;
using sdk::testing::Outcome;
using test::Fault;

struct Expected {
  Fault fault;
  std::string_view name;
  std::vector<std::string_view> caught_by;  // these cases must break
  std::vector<std::string_view> words;      // every case that breaks says one of these
};

bool says_one_of(const std::string& text, const std::vector<std::string_view>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

const sdk::testing::BrokerCase& named(std::string_view name) {
  return *std::ranges::find(broker_cases(), name, &sdk::testing::BrokerCase::name);
}

void check(const Expected& expected) {
  const auto factory = test::broken_factory(expected.fault);
  std::vector<std::string_view> broken;
  for (const auto& broker_case : broker_cases()) {
    const auto verdict =
        run_guarded(broker_case, *factory, std::chrono::seconds(expected.fault == Fault::hangs_in_second_stop ? 8 : 30));
    if (verdict.outcome != Outcome::broken) continue;
    broken.push_back(broker_case.name);
    INFO(expected.name << ": " << broker_case.name << ": " << verdict.text);
    CHECK(says_one_of(verdict.text, expected.words));
  }
  for (const auto name : expected.caught_by) {
    INFO(expected.name << " must be caught by " << name);
    CHECK(std::ranges::find(broken, name) != broken.end());
  }
}

}  // namespace

TEST_CASE("a broker that loses records is caught", "[broken]") {
  check({Fault::loses_records,
         "loses records",
         {"concurrent-publishers", "every-subscriber", "earliest"},
         {"not delivered", "were delivered"}});
}

TEST_CASE("a broker that repeats records is caught", "[broken]") {
  check({Fault::repeats_records,
         "repeats records",
         {"concurrent-publishers", "every-subscriber", "offsets-grow"},
         {"delivered twice", "do not grow"}});
}

TEST_CASE("a broker that answers twice is caught", "[broken]") {
  check(
      {Fault::answers_twice, "answers twice", {"answered-once", "drain-answers", "silent-after-stop"}, {"was answered 2 times"}});
}

TEST_CASE("a broker that never answers is caught", "[broken]") {
  check({Fault::never_answers,
         "never answers",
         {"answered-once", "drain-answers", "silent-after-stop"},
         {"no answer", "was answered 0 times"}});
}

TEST_CASE("a broker that swaps records of a key is caught", "[broken]") {
  check({Fault::swaps_order, "swaps order", {"order-per-key"}, {"out of order", "was answered position"}});
}

TEST_CASE("a broker that delivers after unsubscribe is caught", "[broken]") {
  check({Fault::delivers_after_unsubscribe,
         "delivers after unsubscribe",
         {"unsubscribed-silent", "unsubscribe-waits"},
         {"after its subscription was destroyed", "when its subscription was destroyed"}});
}

TEST_CASE("a broker that answers with a wrong position is caught", "[broken]") {
  check({Fault::wrong_position,
         "wrong position",
         {"answer-position", "readable-when-answered"},
         {"was answered position", "answered at", "read of", "find of time", "started(since"}});
}

TEST_CASE("a broker that leaves a thread at stop is caught", "[broken]") {
  check({Fault::leaks_a_thread, "leaks a thread", {"threads-joined"}, {"a thread was left"}});
}

TEST_CASE("a broker that hangs in its second stop is caught", "[broken]") {
  const auto factory = test::broken_factory(Fault::hangs_in_second_stop);
  const auto verdict = run_guarded(named("stop-twice"), *factory, std::chrono::seconds(2));
  CHECK(verdict.outcome == Outcome::broken);
  CHECK(verdict.text == "it hung: not over within 2000 ms; the last step was stop");
}

TEST_CASE("a broker whose publishers wait for a slow sink is caught", "[broken]") {
  const auto factory = test::broken_factory(Fault::slow_sink_blocks);
  const auto verdict = run_guarded(named("slow-sink"), *factory, std::chrono::seconds(3));
  CHECK(verdict.outcome == Outcome::broken);
  CHECK(verdict.text == "it hung: not over within 3000 ms; the last step was publish while a sink is held");
}

TEST_CASE("a broker that calls started twice is caught", "[broken]") {
  check({Fault::starts_twice, "starts twice", {"started-first"}, {"started was called 2 times"}});
}

TEST_CASE("a broker that does not see new partitions is caught", "[broken]") {
  check({Fault::ignores_new_partitions, "ignores new partitions", {"new-partitions"}, {"not delivered"}});
}

TEST_CASE("a broker that drops headers is caught", "[broken]") {
  check({Fault::drops_headers, "drops headers", {"round-trip", "record-limit"}, {"with another key or headers"}});
}

TEST_CASE("a broker that reads past the end is caught", "[broken]") {
  check({Fault::reads_past_the_end, "reads past the end", {"read-out-of-range"}, {"succeeded, expected OUT_OF_RANGE"}});
}

TEST_CASE("a broker that accepts after drain is caught", "[broken]") {
  check({Fault::accepts_after_drain, "accepts after drain", {"refuses-after-drain"}, {"after drain was accepted"}});
}

TEST_CASE("a broker that crashes is caught", "[broken]") {
  check({Fault::crashes_in_extents, "crashes in extents", {"extents", "read-range"}, {"it crashed: signal 6 in extents"}});
}

TEST_CASE("a broker whose stop does not wait for a call of a sink is caught", "[broken]") {
  const auto factory = test::broken_factory(Fault::stops_amid_a_call);
  const auto verdict = run_guarded(named("stop-waits"), *factory, std::chrono::seconds(10));
  CHECK(verdict.outcome == Outcome::broken);
  CHECK(verdict.text == "a call of the sink was under way when stop returned");
}

TEST_CASE("a broker that begins at the end instead of at a time is caught", "[broken]") {
  check({Fault::since_is_latest,
         "since is latest",
         {"since", "since-edges", "since-equal-times", "since-while-publishing"},
         {"not delivered", "but reading begins at"}});
}

TEST_CASE("a broker that passes over the records of the very time is caught", "[broken]") {
  check({Fault::since_passes_equals,
         "since passes equals",
         {"since", "since-equal-times", "find"},
         {"not delivered", "find of time", "begins at"}});
}

TEST_CASE("a broker that takes times to grow is caught", "[broken]") {
  check({Fault::since_trusts_order, "since trusts order", {"since-times-go-back", "find"}, {"not delivered", "find of time"}});
}

TEST_CASE("a broker that repeats records where a subscription since a time begins is caught", "[broken]") {
  check({Fault::since_repeats_first, "since repeats first", {"since", "since-while-publishing"}, {"delivered twice"}});
}

TEST_CASE("a broker that loses records where a subscription since a time begins is caught", "[broken]") {
  check({Fault::since_drops_first, "since drops first", {"since", "since-while-publishing"}, {"not delivered"}});
}

TEST_CASE("a broker that finds places in any order of partitions is caught", "[broken]") {
  check({Fault::finds_in_any_order, "finds in any order", {"find"}, {"find is not by partition number"}});
}

TEST_CASE("a broker that finds places in unknown topics is caught", "[broken]") {
  check({Fault::finds_unknown_topics, "finds unknown topics", {"find-not-found"}, {"success, expected NOT_FOUND"}});
}

TEST_CASE("a broker that finds no end is caught", "[broken]") {
  check({Fault::finds_without_an_end, "finds without an end", {"find"}, {"find of time", "the end is"}});
}

TEST_CASE("a broker that waits beyond the deadline of find is caught", "[broken]") {
  const auto factory = test::broken_factory(Fault::waits_beyond_deadline);
  const auto verdict = run_guarded(named("find-deadline"), *factory, std::chrono::seconds(2));
  CHECK(verdict.outcome == Outcome::broken);
  CHECK(verdict.text == "it hung: not over within 2000 ms; the last step was find with a deadline that has passed");
}
