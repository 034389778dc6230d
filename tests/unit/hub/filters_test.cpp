#include "host/hub/filters.hpp"

#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "chatd/sdk/testing/metrics.hpp"
#include "chatd/sdk/text.hpp"

using namespace chatd;
using Named = hub::Filters::Named;

namespace {

// Answers always the same, and remembers what it saw.
struct Fixed final : sdk::Filter {
  explicit Fixed(sdk::Result<std::optional<std::string>> its_answer) : answer(std::move(its_answer)) {}
  sdk::Result<std::optional<std::string>> filter(const sdk::Draft& draft) noexcept override {
    saw.emplace_back(sdk::text(draft.user_id, '|', draft.room, '|', draft.content));
    return answer;
  }

  sdk::Result<std::optional<std::string>> answer;
  std::vector<std::string> saw;
};

wire::PublishRequest request() {
  wire::PublishRequest out;
  out.sender = "bob";
  out.room = "den";
  out.content = "darn";
  return out;
}

}  // namespace

TEST_CASE("each filter sees what the one before has made of a message") {
  Fixed first(std::string("d*rn")), second(std::nullopt), third(std::string("****"));
  sdk::testing::RecordingLogger log;
  auto said = request();
  REQUIRE(
      hub::Filters(Named{{"first", &first}, {"second", &second}, {"third", &third}}, nullptr, log).pass(said, 100).has_value());
  CHECK(said.content == "****");
  CHECK(first.saw == std::vector<std::string>{"bob|den|darn"});
  CHECK(second.saw == std::vector<std::string>{"bob|den|d*rn"});
  CHECK(third.saw == std::vector<std::string>{"bob|den|d*rn"});
}

TEST_CASE("the first filter that refuses a message is the answer") {
  Fixed first(sdk::fail(sdk::Code::permission_denied, "not here")), second(std::nullopt);
  sdk::testing::RecordingLogger log;
  auto said = request();
  const auto passed = hub::Filters(Named{{"first", &first}, {"second", &second}}, nullptr, log).pass(said, 100);
  REQUIRE_FALSE(passed.has_value());
  CHECK(passed.error().code == sdk::Code::permission_denied);
  CHECK(passed.error().text == "not here");
  CHECK(second.saw.empty());
}

TEST_CASE("what a filter makes is held to what clients may send") {
  Fixed longer(std::string("longer")), broken(std::string("\xff"));
  sdk::testing::RecordingLogger log;
  auto said = request();
  const auto too_long = hub::Filters(Named{{"longer", &longer}}, nullptr, log).pass(said, 5);
  REQUIRE_FALSE(too_long.has_value());
  CHECK(too_long.error().code == sdk::Code::internal);
  CHECK(too_long.error().text == "plugin \"longer\" made a content of 6 bytes; limits.content_bytes is 5");
  const auto no_text = hub::Filters(Named{{"broken", &broken}}, nullptr, log).pass(said, 5);
  REQUIRE_FALSE(no_text.has_value());
  CHECK(no_text.error().text == "plugin \"broken\" made a content that is not valid UTF-8");
  CHECK(said.content == "darn");
  REQUIRE(log.lines().size() == 2);
  CHECK(log.lines()[0].level == sdk::Level::error);
  CHECK(log.lines()[0].text ==
        "a message was not published: plugin \"longer\" made a content of 6 bytes; limits.content_bytes is 5; report it to the "
        "plugin's author");
}

TEST_CASE("what filters do is counted, each filter's by itself") {
  sdk::testing::TestMetrics metrics;
  sdk::testing::RecordingLogger log;
  Fixed changes(std::string("d*rn")), passes(std::nullopt), refuses(sdk::fail(sdk::Code::permission_denied, "no")),
      fails(std::string("\xff"));
  const auto count = [&](const std::string& plugin, const std::string& verdict) {
    return metrics.counter("chatd_filtered_total", {}, {{"plugin", plugin}, {"verdict", verdict}}).value();
  };
  const hub::Filters one(Named{{"changes", &changes}, {"passes", &passes}, {"refuses", &refuses}}, &metrics, log);
  for (int i = 0; i < 3; ++i) {
    auto said = request();
    CHECK_FALSE(one.pass(said, 100).has_value());
  }
  const hub::Filters other(Named{{"fails", &fails}}, &metrics, log);
  auto said = request();
  CHECK_FALSE(other.pass(said, 100).has_value());
  CHECK(count("changes", "changed") == 3);
  CHECK(count("changes", "refused") == 0);
  CHECK(count("passes", "changed") == 0);
  CHECK(count("refuses", "refused") == 3);
  CHECK(count("fails", "failed") == 1);
  CHECK(count("fails", "changed") == 0);
}
