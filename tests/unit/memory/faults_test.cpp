// Faults that tests inject, limits, and the answers when the broker is not running.
#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using memory::Options;
using sdk::Code;
using test::Running;
using test::soon;

namespace {

// Publishes again from within its answer, as a completion may.
class Twice final : public sdk::Completion {
 public:
  Twice(sdk::Broker& broker, sdk::Completion& last) : broker_(broker), last_(last) {}
  void done(sdk::Result<sdk::Position> result) noexcept override {
    first = std::move(result);
    second = broker_.publish("t", {"k", "second", {}, {}}, last_);
  }

  sdk::Result<sdk::Position> first;
  sdk::Result<> second;

 private:
  sdk::Broker& broker_;
  sdk::Completion& last_;
};

}  // namespace

TEST_CASE("every third publish fails, and is not in the log") {
  Options options;
  options.inject_failure_every = 3;
  Running running(options);
  int failed = 0;
  for (int i = 1; i <= 9; ++i) {
    const auto answer = running.publish("k", std::to_string(i));
    CHECK(answer.has_value() == (i % 3 != 0));
    if (answer) continue;
    ++failed;
    CHECK(answer.error().code == Code::unavailable);
    CHECK(answer.error().retryable);
    CHECK(answer.error().text == "memory broker: a failure injected by inject_failure_every = 3");
  }
  CHECK(failed == 3);
  CHECK(running.values(0, 6) == std::vector<std::string>{"1", "2", "4", "5", "7", "8"});
}

TEST_CASE("injected faults are warned of at start") {
  Options options;
  options.inject_failure_every = 3;
  const Running running(options);
  REQUIRE(running.log.lines().size() == 1);
  CHECK(running.log.lines().front().level == sdk::Level::warning);
  CHECK(running.log.lines().front().text ==
        "faults are injected: inject_latency_ms 0, inject_failure_every 3, inject_unready_ms 0");
}

TEST_CASE("with latency an answer comes from the broker's thread, after its record is in the log") {
  Options options;
  options.inject_latency_ms = 5;
  Running running(options);
  CHECK(running.publish("k", "a").value() == sdk::Position{0, 0});
  CHECK(running.extent().end == 1);
}

TEST_CASE("stop answers what waits for its latency, and none of it is in the log") {
  Options options;
  options.inject_latency_ms = 60'000;
  Running running(options);
  sdk::testing::RecordingCompletion done[3];
  for (auto& one : done) REQUIRE(running.broker.publish("t", {"k", "v", {}, {}}, one));
  CHECK(running.extent().end == 0);

  const auto drained = running.broker.drain(std::chrono::steady_clock::now());
  REQUIRE_FALSE(drained);
  CHECK(drained.error().code == Code::deadline_exceeded);
  CHECK(drained.error().text == "memory broker: 3 publishes are not answered yet; stop answers them UNAVAILABLE");

  running.broker.stop();
  for (const auto& one : done) {
    CHECK(one.count() == 1);
    CHECK(one.wait(soon())->error().code == Code::unavailable);
  }
}

TEST_CASE("a full queue refuses, and says what to do") {
  Options options;
  options.inject_latency_ms = 60'000;
  options.queue_messages = 2;
  Running running(options);
  sdk::testing::RecordingCompletion done[3];
  CHECK(running.broker.publish("t", {"k", "v", {}, {}}, done[0]));
  CHECK(running.broker.publish("t", {"k", "v", {}, {}}, done[1]));
  const auto refused = running.broker.publish("t", {"k", "v", {}, {}}, done[2]);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::resource_exhausted);
  CHECK(refused.error().retryable);
  CHECK(refused.error().text == "memory broker: queue_messages = 2 publishes wait for their answer; try again");
  running.broker.stop();
  CHECK(done[2].count() == 0);
}

TEST_CASE("a record over the limit is refused with its size") {
  Options options;
  options.max_record_bytes = 10;
  Running running(options);
  CHECK(running.publish("key", "1234567").has_value());
  const auto refused = running.publish("key", "12345678");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::invalid_argument);
  CHECK_FALSE(refused.error().retryable);
  CHECK(refused.error().text == "memory broker: a record of 11 bytes is over max_record_bytes = 10; send less or raise it");
}

TEST_CASE("a broker that is not ready yet says so, and refuses with a retry") {
  Options options;
  options.inject_unready_ms = 600'000;
  Running running(options);
  CHECK(running.started.has_value());
  const auto health = running.broker.health();
  CHECK_FALSE(health.ready);
  CHECK(health.text == "memory broker: not ready for the first inject_unready_ms = 600000");
  const auto refused = running.publish("k", "v");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unavailable);
  CHECK(refused.error().retryable);
}

TEST_CASE("a completion may publish") {
  Running running(Options{});
  sdk::testing::RecordingCompletion last;
  Twice twice(running.broker, last);
  REQUIRE(running.broker.publish("t", {"k", "first", {}, {}}, twice));
  CHECK(twice.first == sdk::Position{0, 0});
  CHECK(twice.second.has_value());
  CHECK(last.wait(soon())->value() == sdk::Position{0, 1});
}

TEST_CASE("a broker lives once") {
  Running running(Options{});
  CHECK(running.started.has_value());
  CHECK(running.broker.start({running.log, running.clock, "test"}).error().code == Code::failed_precondition);
  running.broker.stop();
  const auto again = running.broker.start({running.log, running.clock, "test"});
  REQUIRE_FALSE(again);
  CHECK(again.error().text == "memory broker: it was started or stopped before; make a new one");
  CHECK(running.broker.extents("t", soon()).error().text == "memory broker: extents after stop");
}
