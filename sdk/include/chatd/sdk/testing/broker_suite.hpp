// The broker conformance suite: cases that each hold a plugin to one promise of sdk::Broker.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// The suite names its topics so that no two cases meet in one.
class BrokerFactory : public PluginFactory {
 public:
  // As make, with so small a queue, and so slow answers, that a burst of some thousand publishes fills it. Null: declined.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make_with_small_queue() { return nullptr; }
  // Another plugin on the log that `first`, which is started, has: a second host. Null: declined.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make_peer([[maybe_unused]] Plugin& first) { return nullptr; }
  // Adds empty partitions to a topic of a started plugin, as an operator does while it runs. False: declined.
  [[nodiscard]] virtual bool add_partitions([[maybe_unused]] Plugin& plugin, [[maybe_unused]] std::string_view topic,
                                            [[maybe_unused]] std::int32_t count) {
    return false;
  }

  // How fine the timestamps are that the log keeps; the suite sends no finer ones.
  [[nodiscard]] virtual std::chrono::nanoseconds timestamp_precision() const { return std::chrono::nanoseconds{1}; }
};

// One promise of a broker.
using BrokerCase = Case<BrokerFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const BrokerCase> broker_cases() noexcept;

}  // namespace chatd::sdk::testing
