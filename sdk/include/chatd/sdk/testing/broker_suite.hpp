// The broker conformance suite: named cases, each one promise of sdk::Broker and its life as a plugin. It needs no test
// framework: a test program or a command walks through `broker_cases()` and runs each.
//
//   for (const auto& broker_case : broker_cases()) report(broker_case, run_guarded(broker_case, factory, 30s));
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/plugin.hpp"

namespace chatd::sdk::testing {

// How the suite comes by brokers. A hook that a broker cannot offer is declined, and its cases are not applicable.
class BrokerFactory {
 public:
  virtual ~BrokerFactory() = default;

  // A plugin, configured but not started. The suite names its topics so that no two cases meet in one.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make() = 0;

  // The same with so small a queue, and so slow answers, that a burst of some thousand publishes fills it. Null: declined.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make_with_small_queue() { return nullptr; }
  // Another plugin on the log that `first`, which is started, has: a second host. Null: declined.
  [[nodiscard]] virtual std::unique_ptr<Plugin> make_peer([[maybe_unused]] Plugin& first) { return nullptr; }
  // Adds empty partitions to a topic of a started plugin, as an operator does while it runs. False: declined.
  [[nodiscard]] virtual bool add_partitions([[maybe_unused]] Plugin& plugin, [[maybe_unused]] std::string_view topic,
                                            [[maybe_unused]] std::int32_t count) {
    return false;
  }

  // Told what a case is about to ask of the broker, for one who watches whether it hangs.
  virtual void step([[maybe_unused]] std::string_view what) noexcept {}

  // How fine the timestamps are that the log keeps; the suite sends no finer ones.
  [[nodiscard]] virtual std::chrono::nanoseconds timestamp_precision() const { return std::chrono::nanoseconds{1}; }
  // How long one event (an answer, a delivery, readiness) may take before its promise counts as broken.
  [[nodiscard]] virtual std::chrono::milliseconds patience() const { return std::chrono::seconds{10}; }
};

enum class Outcome : std::uint8_t { held, broken, not_applicable };

struct Verdict {
  Outcome outcome = Outcome::held;
  std::string text;  // broken: what was expected and what came; not applicable: why
};

struct BrokerCase {
  std::string_view name;     // "order-per-key"
  std::string_view promise;  // what it holds the broker to, in a sentence
  Verdict (*run)(BrokerFactory& factory);
};

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const BrokerCase> broker_cases() noexcept;

// Runs a case in a child process, which is killed at the limit: a broker that hangs, crashes, or leaves threads behind breaks
// its case and nothing else. The caller must have one thread only, and no broker's library started in it. The factory works in
// the child: what it changes in itself is not seen here. For a debugger, call `run` of the case instead. [control] may block
// until the limit
[[nodiscard]] Verdict run_guarded(const BrokerCase& broker_case, BrokerFactory& factory, std::chrono::milliseconds limit);

}  // namespace chatd::sdk::testing
