// Consumer groups while brokers fail.
#include <atomic>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using test::Mock;
using test::Running;

namespace {

class Counting final : public sdk::Processor {
 public:
  void process(std::string_view, std::span<const sdk::StoredRecord> batch) noexcept override { records += batch.size(); }
  void assigned(std::string_view, std::span<const std::int32_t> now) noexcept override { partitions = now.size(); }

  std::atomic<std::size_t> records = 0;
  std::atomic<std::size_t> partitions = 0;
};

}  // namespace

TEST_CASE("a member leaves though the brokers are gone, and says what that means") {
  Mock mock;
  mock.make_topic("t", 2);
  Running running(mock);
  Counting work;
  const std::vector<std::string> topics{"t"};
  auto membership = running.broker.join("group", topics, work);
  REQUIRE(membership);
  REQUIRE(test::eventually([&] { return work.partitions == 2; }));
  REQUIRE(running.publish("k", "v"));
  REQUIRE(test::eventually([&] { return work.records == 1; }));
  mock.down();
  REQUIRE(test::eventually([&] { return !running.broker.health().ready; }));
  membership->reset();
  CHECK(running.lines("leaving the group: the brokers do not answer; what was processed last may be processed again",
                      sdk::Level::warning) == 1);
  CHECK(work.records == 1);
  running.broker.stop();
}

TEST_CASE("stop ends a membership, which may be destroyed after it") {
  Mock mock;
  mock.make_topic("t", 2);
  Running running(mock);
  Counting work;
  const std::vector<std::string> topics{"t"};
  const auto membership = running.broker.join("group", topics, work);
  REQUIRE(membership);
  running.broker.stop();
  CHECK(running.broker.join("group", topics, work).error().code == sdk::Code::unavailable);
}
