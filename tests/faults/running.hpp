// A kafka broker on a mock cluster with the fakes around it, and what a test asks of it most.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <thread>

#include "chatd/sdk/testing/fakes.hpp"
#include "mock.hpp"
#include "plugins/kafka/broker.hpp"

namespace chatd::test {

inline sdk::Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(40); }

// True as soon as it is met; false when it is not met soon. For states that have no event.
template <class Condition>
bool eventually(const Condition& met) {
  for (const auto deadline = soon(); std::chrono::steady_clock::now() < deadline;
       std::this_thread::sleep_for(std::chrono::milliseconds(5))) {
    if (met()) return true;
  }
  return met();
}

class Running {
 public:
  // Options for this mock: topics are made by the test, and the cluster is looked at often.
  static kafka::Options options(const Mock& mock) {
    kafka::Options options;
    options.brokers = {mock.brokers()};
    options.create_topics = false;
    options.discover_ms = 200;
    return options;
  }

  explicit Running(const kafka::Options& given) {
    broker.configure(given);
    started = broker.start({log, clock, "test"});
  }
  explicit Running(const Mock& mock) : Running(options(mock)) { (void)ready(); }

  [[nodiscard]] bool ready() {
    return eventually([this] { return broker.health().ready; });
  }

  // The record's bytes stay here until the end of the test.
  struct Sent {
    std::string key, value;
    sdk::testing::RecordingCompletion done;
    sdk::Result<> accepted;
  };
  Sent& send(std::string_view key, std::string_view value, std::string_view topic = "t") {
    auto& one = sent.emplace_back();
    one.key = key;
    one.value = value;
    one.accepted = broker.publish(topic, {one.key, one.value, {}, clock.now()}, one.done);
    return one;
  }
  // Its answer, or why it was not accepted.
  sdk::Result<sdk::Position> publish(std::string_view key, std::string_view value, std::string_view topic = "t") {
    const auto& one = send(key, value, topic);
    if (!one.accepted) return std::unexpected(one.accepted.error());
    return one.done.wait(soon()).value_or(sdk::fail(sdk::Code::internal, "no answer"));
  }

  // Stops the broker; whether each accepted publish was answered once, and no other at all.
  [[nodiscard]] bool each_answered_once() {
    broker.stop();
    for (const auto& one : sent) {
      if (one.done.count() != (one.accepted ? 1 : 0)) return false;
    }
    return true;
  }

  // Lines that contain this.
  [[nodiscard]] int lines(std::string_view part, sdk::Level least = sdk::Level::debug) const {
    int count = 0;
    for (const auto& line : log.lines()) count += line.level >= least && line.text.find(part) != std::string::npos ? 1 : 0;
    return count;
  }

  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  std::deque<Sent> sent;
  kafka::Broker broker;
  sdk::Result<> started;
};

}  // namespace chatd::test
