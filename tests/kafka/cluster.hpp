// The cluster under test: its brokers' addresses, and what becomes of single brokers.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>

#include "host_process.hpp"

namespace chatd::testing {

// What Kafka may take: a fail-over, a restart, or a start of all on a busy machine.
inline constexpr auto kafka_patience = 90s;

// As `eventually`, with more patience.
[[nodiscard]] bool within(std::chrono::seconds limit, const std::function<bool()>& met);

// The state folder of ctest's cluster: of all tests that share one, or what CHATD_KAFKA_STATE names.
[[nodiscard]] std::string cluster_state();

// "127.0.0.1:P1,127.0.0.1:P2,127.0.0.1:P3"
[[nodiscard]] std::string brokers();

// Starts and ends brokers of ctest's cluster. All run again when it goes. Throws when a broker does not do as it is told.
class Outage {
 public:
  Outage();
  ~Outage();
  Outage(const Outage&) = delete;
  Outage& operator=(const Outage&) = delete;

  // SIGKILL; brokers count from 1.
  void kill(int broker);
  void kill_all();
  // SIGSTOP: connections stay open, and nothing is answered until `resume`.
  void pause(int broker);
  void pause_all();
  void resume(int broker);
  void resume_all();
  // The broker that is the active controller, as the brokers' disks say; -1: none yet.
  [[nodiscard]] int controller() const;
  // Those that do not run. Returns when all take part.
  void start_all();

 private:
  std::set<int> paused_;
};

}  // namespace chatd::testing
