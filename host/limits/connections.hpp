// Connections: those that an accept loop has let in, by address. It belongs to that loop's thread.
//
// Who takes a connection over closes its descriptor when it likes and tells nobody. A duplicate to watch it would cost a
// descriptor a connection and keep sockets open that are given up. So each connection is known by its descriptor's number and by
// the kernel's cookie of its socket, which is never used again: as long as the number has that cookie, it is open. All are looked
// at within two seconds, and before somebody is refused for their sake.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "host/limits/bucket.hpp"
#include "host/limits/ip_address.hpp"
#include "host/limits/networks.hpp"
#include "host/limits/refusals.hpp"
#include "host/limits/sweep.hpp"

namespace chatd::limits {

class Connections {
 public:
  // 0: any number.
  struct Options {
    std::size_t total = 0;
    std::size_t per_address = 0;
    Rate rate{};
    Rate rate_per_address{};
    Networks trusted{};  // what comes from there is counted in total only
    bool cut_floods = false;
    // A client that sends without anything to be sent to it for so long does not end its request; those that are silent get
    // pings.
    std::chrono::milliseconds patience{0};
    std::size_t metadata_bytes = 8'192;  // headers of more are a flood
  };

  // `refusals` must outlive it.
  Connections(Options options, Refusals& refusals);

  // Whether a connection that was just accepted may stay; counts it until it ends, or the refusal. [accept loop] never blocks
  [[nodiscard]] bool admit(int fd, const std::optional<IpAddress>& from, Time now);
  // From the next call of the accept loop on; who is in stays. [any] never blocks
  void change(Options options);
  // Looks at some; to be called about ten times a second. [accept loop] never blocks
  void look(Time now);

  // Cuts those whose unread input is a flood: what was unread when it was called before, and what is now. To be called while who
  // reads them does not come round for the reading. [accept loop] never blocks
  void cut_floods(Time now);

  // Open now, but for some that ended within two seconds. [any] never blocks
  [[nodiscard]] std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }
  // Let in since the start. [any] never blocks
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_.load(std::memory_order_relaxed); }
  // Of those, how many have ended: cut from here, or by the client or who read it. [any] never blocks
  [[nodiscard]] std::uint64_t cut() const noexcept { return cut_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_relaxed); }

 private:
  struct Peer {
    std::size_t open = 0;
    Bucket bucket;
  };
  using Peers = std::unordered_map<IpAddress, Peer>;
  struct Connection {
    std::uint64_t flooded_to = 0;  // bytes of the connection up to which it was seen to flood; 0: it was not
    // When, and after how many of its bytes, it was first seen that so many had been sent to it.
    std::uint64_t sent = 0;
    std::uint64_t taken = 0;
    Time sent_at{};
    bool cut = false;
    std::uint64_t cookie = 0;           // 0: none
    Peers::value_type* peer = nullptr;  // null: not counted by address
  };

  [[nodiscard]] std::optional<Reason> refused(Peers::value_type* peer, Time now);
  [[nodiscard]] bool full(const Peers::value_type* peer) const noexcept;
  void look_at(std::size_t fd) noexcept;
  void look_for_endless(std::size_t fd, Time now) noexcept;
  void look_at_all(Time now) noexcept;
  void forget(std::size_t fd) noexcept;
  void cut_flood(std::size_t fd);

  void take_change();

  Options options_;
  std::mutex mutex_;  // of what follows; the accept loop takes it only when there is something
  std::optional<Options> change_;
  std::atomic<bool> changed_ = false;
  Refusals& refusals_;
  std::vector<Connection> by_fd_;
  std::vector<char> unread_;  // a look at one's
  Peers peers_;
  Bucket bucket_;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::uint64_t> opened_ = 0;
  std::atomic<std::uint64_t> cut_ = 0, ended_ = 0;
  std::size_t next_ = 0;  // by_fd_'s next to be looked at
  Sweep peers_swept_;
  Time looked_at_all_{};
  Time looked_{};        // last, by `look`
  Time looking_from_{};  // since then without a pause
};

}  // namespace chatd::limits
