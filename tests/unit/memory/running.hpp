// A memory broker with the fakes around it, started, and what a test asks of it most.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/testing/fakes.hpp"
#include "plugins/memory/broker.hpp"

namespace chatd::test {

inline sdk::Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

class Running {
 public:
  explicit Running(const memory::Options& options) {
    broker.configure(options);
    started = broker.start({log, clock, "test"});
  }

  // Publishes to "t" and waits for the answer.
  sdk::Result<sdk::Position> publish(std::string_view key, std::string_view value) {
    auto& done = completions.emplace_back();
    if (const auto accepted = broker.publish("t", {key, value, {}, clock.now()}, done); !accepted) {
      return std::unexpected(accepted.error());
    }
    return done.wait(soon()).value_or(sdk::fail(sdk::Code::unknown, "no answer"));
  }

  // The extent of partition 0 of "t".
  sdk::Extent extent() { return broker.extents("t", soon()).value().front(); }

  // Values of [from, to) of partition 0 of "t".
  std::vector<std::string> values(std::int64_t from, std::int64_t to) {
    sdk::testing::RecordingReader reader;
    (void)broker.read("t", {0, from}, to, 1'000'000, reader, soon()).value();
    std::vector<std::string> values;
    for (auto& record : reader.records) values.push_back(std::move(record.value));
    return values;
  }

  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  std::deque<sdk::testing::RecordingCompletion> completions;
  memory::Broker broker;
  sdk::Result<> started;
};

}  // namespace chatd::test
