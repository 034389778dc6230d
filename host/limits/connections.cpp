#include "host/limits/connections.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/limits/flood.hpp"

namespace chatd::limits {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t parts = 20;  // calls of `look` until all have been looked at
constexpr auto patience = 100ms;   // a flood of refusals does not make us look at all more often

// 0: it is no socket.
std::uint64_t cookie_of(int fd) noexcept {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  return ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

constexpr int least_unread = 16'384;  // who reads a connection in time leaves less
constexpr std::size_t most_unread = 65'536;
constexpr std::uint64_t least_block = 4'194'304;  // of too long headers; shorter ones are answered with their own status

constexpr auto pause = 5s;  // between two looks
// More than any client sends before something is sent to it: twice the largest window that is usual.
constexpr std::uint64_t most_unanswered = 33'554'432;

struct Traffic {
  std::uint64_t taken = 0;  // received, and read
  std::uint64_t sent = 0;
};

// All zero: it cannot be told. `unread` is from just before: what came since then is taken for read; it is little.
Traffic traffic_of(int fd, int unread) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_bytes_received - std::min<std::uint64_t>(static_cast<std::uint64_t>(unread), info.tcpi_bytes_received),
          info.tcpi_bytes_sent};
}

// Both sides see a reset, and what was not read is gone; with shutdown(2) it would be read still.
// REQUIRES: it is ours.
void abort(int fd) noexcept {
  const sockaddr nobody{.sa_family = AF_UNSPEC, .sa_data = {}};
  ::connect(fd, &nobody, sizeof nobody);
}

}  // namespace

Connections::Connections(Options options, Refusals& refusals) : options_(std::move(options)), refusals_(refusals) {}

void Connections::change(Options options) {
  const std::lock_guard lock(mutex_);
  change_ = std::move(options);
  changed_ = true;
}

void Connections::take_change() {
  if (!changed_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  options_ = *std::exchange(change_, std::nullopt);
  changed_ = false;
}

bool Connections::admit(int fd, const std::optional<IpAddress>& from, Time now) {
  take_change();
  const auto at = static_cast<std::size_t>(fd);
  if (at < by_fd_.size()) forget(at);  // whoever had this number has closed it
  Peers::value_type* peer = nullptr;
  if (from && !options_.trusted.contain(*from)) peer = &*peers_.try_emplace(from->counted()).first;
  if (const auto reason = refused(peer, now)) {
    refusals_.count(*reason);
    return false;
  }
  opened_.fetch_add(1, std::memory_order_relaxed);
  const auto cookie = cookie_of(fd);
  if (cookie == 0) return true;  // a kernel without them (Linux has them since 4.12): what cannot be seen to end is not counted
  bucket_.take(options_.rate, now);
  if (peer) {
    peer->second.bucket.take(options_.rate_per_address, now);
    ++peer->second.open;
  }
  if (at >= by_fd_.size()) by_fd_.resize(at + 1);
  by_fd_[at] = {.flooded_to = 0, .sent = 0, .taken = 0, .sent_at = now, .cookie = cookie, .peer = peer};
  open_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool Connections::full(const Peers::value_type* peer) const noexcept {
  if (options_.total > 0 && open() >= options_.total) return true;
  return peer && options_.per_address > 0 && peer->second.open >= options_.per_address;
}

std::optional<Reason> Connections::refused(Peers::value_type* peer, Time now) {
  if (peer && peer->second.bucket.wait(options_.rate_per_address, now) > 0ns) return Reason::new_connections_per_address;
  if (bucket_.wait(options_.rate, now) > 0ns) return Reason::new_connections;
  if (full(peer) && now >= looked_at_all_ + patience) look_at_all(now);
  if (!full(peer)) return std::nullopt;
  return options_.total > 0 && open() >= options_.total ? Reason::connections : Reason::connections_per_address;
}

void Connections::look(Time now) {
  take_change();
  // A process that was stopped for a while has sent nothing to anybody.
  if (now - looked_ > pause) looking_from_ = now;
  looked_ = now;
  for (std::size_t left = by_fd_.size() / parts + 1; left > 0 && !by_fd_.empty(); --left) {
    if (next_ >= by_fd_.size()) next_ = 0;
    look_at(next_);
    look_for_endless(next_++, now);
  }
  // Addresses of which nothing is open are kept until their rate need not be known any more.
  peers_swept_.part(peers_, parts, [now](const Peer& peer) { return peer.open == 0 && peer.bucket.full(now); });
}

void Connections::look_at_all(Time now) noexcept {
  looked_at_all_ = now;
  for (std::size_t fd = 0; fd < by_fd_.size(); ++fd) look_at(fd);
}

void Connections::look_at(std::size_t fd) noexcept {
  const auto& connection = by_fd_[fd];
  if (connection.cookie != 0 && cookie_of(static_cast<int>(fd)) != connection.cookie) forget(fd);
}

void Connections::forget(std::size_t fd) noexcept {
  auto& connection = by_fd_[fd];
  if (connection.cookie == 0) return;
  if (connection.peer) --connection.peer->second.open;
  (connection.cut ? cut_ : ended_).fetch_add(1, std::memory_order_relaxed);
  connection = {};
  open_.fetch_sub(1, std::memory_order_relaxed);
}

void Connections::cut_floods(Time now) {
  if (!options_.cut_floods) return;
  for (std::size_t fd = 0; fd < by_fd_.size(); ++fd) {
    if (by_fd_[fd].cookie == 0) continue;
    cut_flood(fd);
    look_for_endless(fd, now);
  }
}

void Connections::cut_flood(std::size_t fd) {
  auto& connection = by_fd_[fd];
  int unread = 0;
  if (::ioctl(static_cast<int>(fd), FIONREAD, &unread) != 0 || unread < least_unread) {
    connection.flooded_to = 0;
    return;
  }
  // Ours, so that nothing else is cut if the number gets another meaning meanwhile.
  const int own = ::fcntl(static_cast<int>(fd), F_DUPFD_CLOEXEC, 0);
  if (own < 0) return;
  if (cookie_of(own) == connection.cookie) {
    unread_.resize(most_unread);
    const auto got = ::recv(own, unread_.data(), unread_.size(), MSG_PEEK | MSG_DONTWAIT);
    const auto taken = traffic_of(own, unread).taken;
    const std::string_view piece(unread_.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (!flood(piece, options_.metadata_bytes)) {
      connection.flooded_to = 0;
    } else if (connection.flooded_to == 0) {
      const bool block = count_frames(piece).block_bytes > options_.metadata_bytes;
      connection.flooded_to = taken + (block ? least_block : piece.size());
    } else if (taken >= connection.flooded_to) {
      abort(own);
      connection.flooded_to = 0;
      refusals_.count(Reason::flood);
      connection.cut = true;
    }
  }
  ::close(own);
}

void Connections::look_for_endless(std::size_t fd, Time now) noexcept {
  auto& connection = by_fd_[fd];
  if (!options_.cut_floods || connection.cookie == 0) return;
  auto traffic = traffic_of(static_cast<int>(fd), 0);
  if (traffic.sent != connection.sent) {
    connection.sent = traffic.sent;
    connection.taken = traffic.taken;
    connection.sent_at = now;
    return;
  }
  if (traffic.taken <= connection.taken) return;  // so it is with one that is silent, which are most of them
  int unread = 0;
  if (::ioctl(static_cast<int>(fd), FIONREAD, &unread) != 0) return;
  traffic = traffic_of(static_cast<int>(fd), unread);
  if (traffic.sent != connection.sent || traffic.taken <= connection.taken) return;
  const bool late = options_.patience.count() > 0 && now - std::max(connection.sent_at, looking_from_) > options_.patience;
  if (traffic.taken - connection.taken < most_unanswered && !late) return;
  const int own = ::fcntl(static_cast<int>(fd), F_DUPFD_CLOEXEC, 0);
  if (own < 0) return;
  if (cookie_of(own) == connection.cookie) {
    abort(own);
    refusals_.count(Reason::endless_request);
    connection.cut = true;
  }
  ::close(own);
}

}  // namespace chatd::limits
