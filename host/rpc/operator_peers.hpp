// OperatorPeers: where operators are connected from, when their listener is one that other machines reach: gRPC does not say by
// which listener a call came. What it is needed for is that neither listener serves the other's calls; who is an operator is
// decided by credentials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace chatd::rpc {

class OperatorPeers {
 public:
  // The newest connections that are remembered; who has an older one connects again.
  static constexpr std::size_t most = 4'096;

  // A connection of the operators' listener. [accept loop] never blocks
  void add(int socket);
  // A connection of the other one: who was there before is gone. [accept loop] never blocks
  void remove(int socket);
  // Whether a call with this peer, as gRPC writes it, came by one. [queue] never blocks
  [[nodiscard]] bool has(const std::string& peer) const;

 private:
  mutable std::mutex mutex_;                                       // held only to look
  std::uint64_t count_ = 0;                                        // of those that ever were
  std::unordered_map<std::string, std::uint64_t> peers_;           // with the number of the connection
  std::deque<std::pair<std::uint64_t, std::string>> connections_;  // the oldest first, also such as are gone
};

// The other end of a socket as gRPC writes it, "ipv4:127.0.0.1:43210"; empty when there is none. [any] never blocks
[[nodiscard]] std::string peer_of(int socket);

}  // namespace chatd::rpc
