#include "host/limits/connections.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <sys/socket.h>

namespace chatd::limits {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t parts = 10;  // calls of `look` until all have been looked at
constexpr auto patience = 100ms;   // a flood of refusals does not make us look at all more often

// 0: it is no socket.
std::uint64_t cookie_of(int fd) noexcept {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  return ::getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

}  // namespace

Connections::Connections(Options options, Refusals& refusals) : options_(std::move(options)), refusals_(refusals) {}

bool Connections::admit(int fd, const std::optional<IpAddress>& from, Time now) {
  const auto at = static_cast<std::size_t>(fd);
  if (at < by_fd_.size()) forget(at);  // whoever had this number has closed it
  Peers::value_type* peer = nullptr;
  if (from && !options_.trusted.contain(*from)) peer = &*peers_.try_emplace(from->counted()).first;
  if (const auto reason = refused(peer, now)) {
    refusals_.count(*reason);
    return false;
  }
  const auto cookie = cookie_of(fd);
  if (cookie == 0) return true;  // a kernel without them (Linux has them since 4.12): what cannot be seen to end is not counted
  bucket_.take(options_.rate, now);
  if (peer) {
    peer->second.bucket.take(options_.rate_per_address, now);
    ++peer->second.open;
  }
  if (at >= by_fd_.size()) by_fd_.resize(at + 1);
  by_fd_[at] = {cookie, peer};
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
  for (std::size_t left = by_fd_.size() / parts + 1; left > 0 && !by_fd_.empty(); --left) {
    if (next_ >= by_fd_.size()) next_ = 0;
    look_at(next_++);
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
  connection = {};
  open_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace chatd::limits
