// A sink that takes nothing: what a subscription holds stays bounded, and all is delivered when it goes on.
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "cluster.hpp"
#include "kafka_factory.hpp"
#include "plugins/kafka/broker.hpp"
#include "topic.hpp"

namespace {

using namespace chatd;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Holds every call until it is let go, then counts.
class Counting final : public sdk::Sink {
 public:
  void started(std::span<const sdk::Position>) noexcept override {
    change([this] { started_ = true; });
  }
  void deliver(std::span<const sdk::StoredRecord> batch) noexcept override {
    std::unique_lock lock(mutex_);
    held_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return go_; });
    count_ += batch.size();
    changed_.notify_all();
  }
  void gap(std::int32_t, std::int64_t, std::int64_t) noexcept override {
    change([this] { ++gaps_; });
  }

  void go() {
    change([this] { go_ = true; });
  }
  bool wait_started() {
    return wait([this] { return started_; });
  }
  bool wait_held() {
    return wait([this] { return held_; });
  }
  bool wait_count(std::size_t count) {
    return wait([this, count] { return count_ >= count; });
  }
  int gaps() const { return gaps_; }

 private:
  template <class Change>
  void change(const Change& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <class Condition>
  bool wait(const Condition& met) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(90), met);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool started_ = false;
  bool held_ = false;
  bool go_ = false;
  std::size_t count_ = 0;
  int gaps_ = 0;
};

}  // namespace

TEST_CASE("a sink that stands still costs a bounded queue, and loses nothing", "[pressure]") {
  constexpr std::size_t mib = 1'048'576;
  constexpr std::size_t records = 2'000;
  const std::string value(100'000, 'x');  // 190 MiB in all
  const testing::Topic topic("pressure", 3);
  Counting sink;
  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  kafka::Options options;
  options.brokers = {testing::brokers()};
  options.fetch_queue_bytes = 4 * mib;
  kafka::Broker broker;
  broker.configure(options);
  REQUIRE(broker.start({log, clock, "pressure-test"}));
  const auto subscription = broker.subscribe(topic.name(), sdk::From::latest, sink);
  REQUIRE(subscription);
  REQUIRE(sink.wait_started());

  const auto before = resident_bytes();
  for (std::size_t i = 0; i < records; ++i) {
    const auto key = std::to_string(i);
    sdk::testing::RecordingCompletion done;
    REQUIRE(broker.publish(topic.name(), {key, value, {}, clock.now()}, done));
    REQUIRE(done.wait(std::chrono::steady_clock::now() + std::chrono::seconds(90)).has_value());
  }
  REQUIRE(sink.wait_held());
  const auto grown = resident_bytes() - std::min(before, resident_bytes());
  INFO("grown by " << grown / mib << " MiB");
  // The queue, and one answer of each of three brokers, twice over for the allocator.
  CHECK(grown < 40 * mib);
  sink.go();
  CHECK(sink.wait_count(records));
  CHECK(sink.gaps() == 0);
}
