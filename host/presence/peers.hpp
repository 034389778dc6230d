// Peers: what the other hosts say of themselves, put into the ledger. Each host's records are a log: a snapshot says who is with
// it, changes follow by number, and heartbeats name the number of the last. Who missed one asks that host for a snapshot. A host
// that is silent for two of its heartbeats' intervals is gone, and its connections with it. It knows no clock: time is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/presence/ledger.hpp"
#include "host/wire/host_record.hpp"

namespace chatd::presence {

// A server as others are told of it.
struct ServerInfo {
  std::string server_id;
  bool heartbeats = true;  // false: an old server
  bool self = false;
  sdk::Deadline heard{};  // its last sign of life
};

class Peers {
 public:
  static constexpr std::size_t most = 1'000;  // hosts; those beyond are not looked at
  static constexpr auto between_asks = std::chrono::seconds(1);

  // `interval` of heartbeats that do not say theirs.
  Peers(Ledger& ledger, std::chrono::milliseconds interval) noexcept : ledger_(ledger), interval_(interval) {}

  // A record that another host said. [one thread] never blocks
  void hear(wire::HostRecord&& record, sdk::Deadline now);
  // Forgets who was silent for too long. `deaf`: this host hears nobody at present, not even itself; then nobody is.
  // [one thread] never blocks
  void look(sdk::Deadline now, bool deaf);

  // Whom to ask for a snapshot, now. [one thread] never blocks
  [[nodiscard]] std::vector<std::string> to_ask(sdk::Deadline now);
  [[nodiscard]] std::vector<ServerInfo> servers() const;
  [[nodiscard]] bool knows(std::string_view server_id) const noexcept { return peers_.find(server_id) != peers_.end(); }

 private:
  struct Peer {
    std::uint64_t run = 0;
    std::uint64_t seq = 0;  // all until here is in the ledger
    bool known = false;     // it is, with nothing missing
    std::chrono::milliseconds interval{};
    sdk::Deadline heard{};
    sdk::Deadline asked{};
    bool asked_once = false;
    // The snapshot whose parts arrive.
    std::uint64_t coming_seq = 0;
    std::uint32_t coming_parts = 0;  // 0: none
    std::uint32_t came = 0;          // parts
    std::vector<wire::HostConnection> coming;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  void change(Peer& peer, const wire::HostRecord& record, sdk::Deadline now);
  void snapshot(Peer& peer, wire::HostRecord& record, sdk::Deadline now);
  void replace(Peer& peer, std::string_view server_id, sdk::Deadline now);
  [[nodiscard]] static sdk::Deadline until(const Peer& peer) noexcept { return peer.heard + 2 * peer.interval; }

  Ledger& ledger_;
  const std::chrono::milliseconds interval_;
  std::unordered_map<std::string, Peer, Hash, std::equal_to<>> peers_;
};

}  // namespace chatd::presence
