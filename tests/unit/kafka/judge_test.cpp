// What follows from what the brokers say of a topic.
#include <algorithm>

#include "catch.hpp"
#include "plugins/kafka/checkup.hpp"

using namespace chatd;
using kafka::Options;
using kafka::TopicFacts;
using sdk::Grade;

namespace {

constexpr int three_brokers = 3;
const sdk::TopicNeed lobby{"chatting", std::chrono::minutes(4)};

TopicFacts well() {
  TopicFacts facts;
  facts.partitions = 2;
  facts.copies = 2;
  facts.settings = {{"min.insync.replicas", "1"},
                    {"retention.ms", "604800000"},
                    {"cleanup.policy", "delete"},
                    {"max.message.bytes", "1048588"}};
  return facts;
}

TopicFacts but(const std::string& key, const std::string& value, std::int32_t copies = 2) {
  auto facts = well();
  facts.copies = copies;
  facts.settings[key] = value;
  return facts;
}

// The one that is not ok.
sdk::Finding complaint(const TopicFacts& facts, const Options& options = {}, int brokers = three_brokers) {
  const auto all = kafka::judge(lobby, facts, options, brokers);
  const auto amiss = [](const auto& one) { return one.grade != Grade::ok; };
  REQUIRE(std::ranges::count_if(all, amiss) == 1);
  const auto found = *std::ranges::find_if(all, amiss);
  CHECK_FALSE(found.remedy.empty());
  return found;
}

bool all_well(const TopicFacts& facts, const Options& options = {}, int brokers = three_brokers) {
  const auto all = kafka::judge(lobby, facts, options, brokers);
  return !all.empty() && std::ranges::all_of(all, [](const auto& one) { return one.grade == Grade::ok && one.remedy.empty(); });
}

}  // namespace

TEST_CASE("a topic as the old servers make it is well") { CHECK(all_well(well())); }

TEST_CASE("one copy of each record is a warning") {
  auto facts = well();
  facts.copies = 1;
  CHECK(complaint(facts).grade == Grade::warn);
  CHECK(complaint(facts).what == "topic chatting, copies");
  CHECK(complaint(facts).remedy.find("kafka-reassign-partitions.sh") != std::string::npos);
  CHECK(complaint(facts, {}, 1).remedy.find("add brokers") != std::string::npos);
}

TEST_CASE("fewer partitions than the configuration has are a warning with the command") {
  auto facts = well();
  facts.partitions = 1;
  const auto found = complaint(facts);
  CHECK(found.grade == Grade::warn);
  CHECK(found.remedy.find("kafka-topics.sh --bootstrap-server 127.0.0.1:9092 --alter --topic chatting --partitions 2") !=
        std::string::npos);
  facts.partitions = 6;
  CHECK(all_well(facts));
}

TEST_CASE("more copies in sync asked for than there are is a failure, as many as there are a warning") {
  CHECK(complaint(but("min.insync.replicas", "3")).grade == Grade::fail);
  CHECK(complaint(but("min.insync.replicas", "2")).grade == Grade::warn);
  CHECK(all_well(but("min.insync.replicas", "2", 3)));
}

TEST_CASE("a topic that keeps less than hosts read again, or compacts, is a warning") {
  CHECK(complaint(but("retention.ms", "60000")).remedy.find("retention.ms=240000") != std::string::npos);
  CHECK(all_well(but("retention.ms", "240000")));
  CHECK(all_well(but("retention.ms", "-1")));
  CHECK(complaint(but("cleanup.policy", "compact,delete")).grade == Grade::warn);
}

TEST_CASE("a topic that takes smaller records than hosts send is a warning") {
  CHECK(complaint(but("max.message.bytes", "1000")).what == "topic chatting, max.message.bytes");
}

TEST_CASE("partitions without a leader are a failure, copies that are behind a warning") {
  auto facts = well();
  facts.short_of = 2;
  CHECK(complaint(facts).grade == Grade::warn);
  facts.leaderless = 1;
  CHECK(complaint(facts).grade == Grade::fail);
}

TEST_CASE("settings that cannot be read are a warning, and nothing is made up") {
  auto facts = well();
  facts.settings.clear();
  facts.unreadable = "Topic authorization failed";
  CHECK(complaint(facts).value == "cannot be read: Topic authorization failed");
}

TEST_CASE("a missing topic is well when chatd makes it with its copies, and a failure when nobody does") {
  CHECK(all_well({}));
  CHECK(complaint({}, {}, 1).value.find("it is made with 1 copies") != std::string::npos);
  Options options;
  options.create_topics = false;
  CHECK(complaint({}, options).grade == Grade::fail);
  CHECK(complaint({}, options).remedy.find("--create --topic chatting --partitions 2 --replication-factor 2") !=
        std::string::npos);
}
