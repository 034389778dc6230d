#include "host/rpc/operator_peers.hpp"

#include <array>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "chatd/sdk/text.hpp"

namespace chatd::rpc {

std::string peer_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (getpeername(socket, address, &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return sdk::text("ipv4:", text.data(), ':', ntohs(v4.sin_port));
  }
  if (storage.ss_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    return sdk::text("ipv4:", text.data(), ':', ntohs(v6.sin6_port));
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  // A link-local address has its scope behind a percent sign, and both are written as in a URI.
  const auto scope = v6.sin6_scope_id == 0 ? std::string() : sdk::text("%25", v6.sin6_scope_id);
  return sdk::text("ipv6:%5B", text.data(), scope, "%5D:", ntohs(v6.sin6_port));
}

void OperatorPeers::add(int socket) {
  auto peer = peer_of(socket);
  if (peer.empty()) return;
  const std::lock_guard lock(mutex_);
  peers_[peer] = ++count_;
  connections_.emplace_back(count_, std::move(peer));
  if (connections_.size() <= most) return;
  const auto& [number, oldest] = connections_.front();
  if (const auto found = peers_.find(oldest); found != peers_.end() && found->second == number) peers_.erase(found);
  connections_.pop_front();
}

void OperatorPeers::remove(int socket) {
  const auto peer = peer_of(socket);
  const std::lock_guard lock(mutex_);
  peers_.erase(peer);
}

bool OperatorPeers::has(const std::string& peer) const {
  const std::lock_guard lock(mutex_);
  return peers_.contains(peer);
}

}  // namespace chatd::rpc
