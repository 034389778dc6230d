// Consumer groups on a real cluster: records are shared out, processed once, and gone on with where the group stopped.
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "kafka_factory.hpp"
#include "topic.hpp"

namespace {

using namespace chatd;

template <class Condition>
bool eventually(const Condition& met) {
  for (const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
       std::chrono::steady_clock::now() < deadline; std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
    if (met()) return true;
  }
  return met();
}

class Work final : public sdk::Processor {
 public:
  void process(std::string_view topic, std::span<const sdk::StoredRecord> batch) noexcept override {
    const std::lock_guard lock(mutex_);
    for (const auto& one : batch) values_.push_back(std::string(topic) + "/" + std::string(one.record.value));
  }
  void assigned(std::string_view topic, std::span<const std::int32_t> partitions) noexcept override {
    const std::lock_guard lock(mutex_);
    assigned_[std::string(topic)] = {partitions.begin(), partitions.end()};
  }

  std::vector<std::string> values() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }
  std::set<std::int32_t> partitions(const std::string& topic) const {
    const std::lock_guard lock(mutex_);
    const auto found = assigned_.find(topic);
    return found == assigned_.end() ? std::set<std::int32_t>{} : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> values_;
  std::map<std::string, std::set<std::int32_t>> assigned_;
};

// A host with a broker.
class Host {
 public:
  Host() : plugin_(test::KafkaFactory().make()) {
    REQUIRE(plugin_->start({log_, clock_, "join-test"}));
    REQUIRE(eventually([this] { return broker().health().ready; }));
  }
  sdk::Broker& broker() { return *plugin_->broker(); }

 private:
  sdk::testing::RecordingLogger log_;
  sdk::testing::ManualClock clock_;
  std::unique_ptr<sdk::Plugin> plugin_;
};

std::set<std::string> values(const std::string& topic, int from, int to) {
  std::set<std::string> all;
  for (int i = from; i < to; ++i) all.insert(topic + "/v" + std::to_string(i));
  return all;
}

void put(testing::Topic& topic, int from, int to) {
  for (int i = from; i < to; ++i) topic.put("key-" + std::to_string(i), "v" + std::to_string(i));
}

}  // namespace

TEST_CASE("a group begins at the first record, and goes on where it stopped", "[join]") {
  testing::Topic one("join-resume-a", 2);
  testing::Topic two("join-resume-b", 1);
  const std::vector<std::string> names{one.name(), two.name()};
  const auto group = testing::unique_name("group");
  put(one, 0, 20);
  put(two, 0, 5);
  Host host;
  Work first;
  {
    const auto membership = host.broker().join(group, names, first);
    REQUIRE(membership);
    REQUIRE(eventually([&] { return first.values().size() >= 25; }));
    CHECK(first.partitions(one.name()) == std::set<std::int32_t>{0, 1});
    CHECK(first.partitions(two.name()) == std::set<std::int32_t>{0});
  }
  auto expected = values(one.name(), 0, 20);
  expected.merge(values(two.name(), 0, 5));
  const auto got = first.values();
  CHECK(got.size() == 25);
  CHECK(std::set(got.begin(), got.end()) == expected);

  put(one, 20, 30);
  Work second;
  const auto membership = host.broker().join(group, names, second);
  REQUIRE(membership);
  REQUIRE(eventually([&] { return second.values().size() >= 10; }));
  const auto more = second.values();
  CHECK(more.size() == 10);
  CHECK(std::set(more.begin(), more.end()) == values(one.name(), 20, 30));
}

TEST_CASE("two members share the partitions, and the one that stays takes over", "[join]") {
  testing::Topic topic("join-share", 4);
  const std::vector<std::string> names{topic.name()};
  const auto group = testing::unique_name("group");
  const std::set<std::int32_t> all{0, 1, 2, 3};
  Host host;
  Work first;
  Work second;
  auto stays = host.broker().join(group, names, first);
  REQUIRE(stays);
  REQUIRE(eventually([&] { return first.partitions(topic.name()) == all; }));
  auto leaves = host.broker().join(group, names, second);
  REQUIRE(leaves);
  REQUIRE(eventually([&] { return first.partitions(topic.name()).size() == 2 && second.partitions(topic.name()).size() == 2; }));
  auto together = first.partitions(topic.name());
  together.merge(second.partitions(topic.name()));
  CHECK(together == all);

  put(topic, 0, 40);
  REQUIRE(eventually([&] { return first.values().size() + second.values().size() >= 40; }));
  CHECK_FALSE(first.values().empty());
  CHECK_FALSE(second.values().empty());
  leaves->reset();
  REQUIRE(eventually([&] { return first.partitions(topic.name()) == all; }));
  put(topic, 40, 60);
  REQUIRE(eventually([&] { return first.values().size() + second.values().size() >= 60; }));
  std::multiset<std::string> got;
  for (const auto* work : {&first, &second}) {
    for (auto& value : work->values()) got.insert(std::move(value));
  }
  const auto expected = values(topic.name(), 0, 60);
  CHECK(got == std::multiset(expected.begin(), expected.end()));
}
