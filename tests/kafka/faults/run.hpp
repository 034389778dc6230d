// Run: one fault's chat on the real cluster: topics of its own, hosts, publishers, and a crowd that is held to what it was
// promised.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "addresses.hpp"
#include "chat.hpp"
#include "crowd.hpp"
#include "ledger.hpp"
#include "probe.hpp"
#include "publishers.hpp"
#include "row.hpp"

namespace chatd::testing::faults {

// CHATD_FAULT_SEED, or 1.
[[nodiscard]] std::uint64_t seed();

// What a fail-over may take, and a broker's restart.
inline constexpr std::chrono::seconds fail_over_patience{15};
inline constexpr std::chrono::seconds restart_patience{30};

class Run {
 public:
  // `settings` are the hosts'; `topic` Kafka's own of the lobby's topic.
  Run(std::string name, int hosts, std::vector<std::string> settings = {},
      const std::vector<std::pair<std::string, std::string>>& topic = {});
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Clients in the lobby and two named rooms, live when it returns; then publishers in each, answered when it returns.
  void start(int clients, int per_second);
  // librdkafka alone beside them.
  void start_probe();
  // Times without service count from now on.
  void measure();
  // Until every publisher has begun something after now and had its OK.
  [[nodiscard]] bool served(std::chrono::seconds limit);

  // What a host of this run is started with, and one that was started so: in service when it returns.
  [[nodiscard]] HostOptions options() const;
  void add(std::unique_ptr<HostProcess> host);
  // SIGKILL, and another host in its place, which serves when it returns.
  void kill_host(int host);
  void replace_host(int host);
  [[nodiscard]] HostProcess& host(int host) { return *hosts_.at(static_cast<std::size_t>(host)); }
  [[nodiscard]] int host_count() const noexcept { return static_cast<int>(hosts_.size()); }

  // Stops the publishers, waits until nothing is missing or patience ends, and prints the row.
  [[nodiscard]] Row finish();

  std::string fault;
  Chat chat;
  Addresses addresses;
  Ledger ledger;
  Publishers::Options publishing;  // of `start`

 private:
  std::vector<std::string> settings_;
  std::vector<std::unique_ptr<HostProcess>> hosts_;
  std::string past_logs_;  // of hosts that were replaced

 public:
  Crowd crowd;
  std::unique_ptr<Publishers> publishers;
  std::unique_ptr<Probe> probe;
};

// Fails the test unless the row has zeros where it must.
void require_nothing_wrong(const Row& row);
// The same for clients that could all resume.
void require_all_recovered(const Row& row);

}  // namespace chatd::testing::faults
