// Probe: librdkafka without chatd, beside it: writes to the same partitions of the same topic, one record after the other's
// answer, with the settings that chatd uses. How long it goes without an answer is what Kafka itself costs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ledger.hpp"

namespace chatd::testing::faults {

class Probe {
 public:
  // Its records are messages of user `probe` in the lobby; no publisher of a ledger says them.
  Probe(const std::string& topic, int partitions);
  ~Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  // From now on, the longest time between two answers for one partition counts anew. [any]
  void measure();
  [[nodiscard]] Clock::duration longest() const;
  // Whether each partition has answered since then. [any]
  [[nodiscard]] bool answered_since(Clock::time_point then) const;

 private:
  struct Partition {
    Clock::time_point last = Clock::now();
    Clock::duration longest{};
  };
  void run(std::stop_token stop, const std::string& topic, int partition);
  void answered(int partition);

  mutable std::mutex mutex_;
  std::condition_variable_any tick_;
  std::vector<Partition> partitions_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace chatd::testing::faults
