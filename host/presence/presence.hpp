// Presence: keeps the presence store at what is known of all hosts of the cluster, and tells the other hosts who is with this
// one. It has one thread, `chatd-presence`; what is done for messages never waits for it.
//
//   start -> join and leave, at any time -> finish -> stop
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "chatd/sdk/metrics.hpp"
#include "chatd/sdk/presence.hpp"
#include "host/presence/peers.hpp"
#include "host/wire/host_record.hpp"
#include "host/wire/message.hpp"

namespace chatd::presence {

// Takes notices to the streams of this host that asked for them.
class Announcer {
 public:
  // The user came to the room, or left it. [thread chatd-presence] never blocks
  virtual void announce(const std::string& room, const wire::PresenceChange& change) noexcept = 0;

 protected:
  ~Announcer() = default;
};

struct Options {
  std::string server_id;
  std::string hosts_topic;
  std::string connections_topic;
  std::chrono::milliseconds heartbeat{5'000};  // this host's interval, and of others that do not say theirs
  std::chrono::milliseconds settle{5'000};     // a break so short is not told
};

// What this host's heartbeats say of it.
struct Standing {
  std::uint64_t run = 0;
  std::uint64_t seq = 0;
  std::chrono::milliseconds interval{};
};

class Presence {
 public:
  // All must outlive it, and it must outlive the broker's stop.
  Presence(Options options, sdk::Broker& broker, sdk::PresenceStore& store, Announcer& announcer, const sdk::Clock& clock,
           sdk::Logger& log);
  // Stops.
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  // Subscribes, and asks the other hosts who is with them. After an error it holds nothing. [control] may block
  [[nodiscard]] sdk::Result<> start();

  // A client came to this host; `watches`: it wants to be told who comes to its rooms. [any] never blocks
  void join(wire::HostConnection connection, bool watches);
  // And went. [any] never blocks
  void leave(std::uint64_t connection);

  // Options::settle from now on. [any] never blocks
  void settle(std::chrono::milliseconds settle) noexcept;

  // [any] never blocks
  [[nodiscard]] const sdk::PresenceStore& store() const noexcept;
  // Those that are known, this one too, by id. [any] never blocks
  [[nodiscard]] std::vector<ServerInfo> servers() const;
  [[nodiscard]] Standing standing() const noexcept;
  // Into the sink. [any] never blocks
  void collect(sdk::MetricSink& sink) const;

  // Says what is not said yet, until the deadline, and nothing after that. [control] may block
  void finish(sdk::Deadline deadline);
  // Ends the subscriptions and joins. Legal without start, and twice. [control] may block
  void stop() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chatd::presence
