// Which calls came by the operators' listener.
#include "host/rpc/operator_peers.hpp"

#include <array>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"

using namespace chatd;

namespace {

// The accepting end of a connection over loopback; false: this machine has no such address.
class Accepted {
 public:
  // To an IPv6 address, from `from`.
  explicit Accepted(const in6_addr& from) {
    const int listener = socket(AF_INET6, SOCK_STREAM, 0);
    const int off = 0;
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_any;
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, raw, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, raw, &size) == 0) {
      address.sin6_addr = from;
      client_ = socket(AF_INET6, SOCK_STREAM, 0);
      if (connect(client_, raw, size) == 0) {
        socket_ = accept(listener, nullptr, nullptr);
        getsockname(client_, raw, &size);
        port_ = ntohs(address.sin6_port);
      }
    }
    close(listener);
  }
  ~Accepted() {
    if (client_ >= 0) close(client_);
    if (socket_ >= 0) close(socket_);
  }
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;

  [[nodiscard]] int socket_of() const noexcept { return socket_; }
  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  int client_ = -1;
  int socket_ = -1;
  int port_ = 0;
};

in6_addr address(const char* text) {
  in6_addr out{};
  REQUIRE(inet_pton(AF_INET6, text, &out) == 1);
  return out;
}

}  // namespace

TEST_CASE("a peer is written as gRPC writes it") {
  const Accepted v4(address("::ffff:127.0.0.1"));
  if (v4.socket_of() < 0) return;  // no IPv6 here
  CHECK(rpc::peer_of(v4.socket_of()) == "ipv4:127.0.0.1:" + v4.port());
  const Accepted v6(address("::1"));
  if (v6.socket_of() >= 0) CHECK(rpc::peer_of(v6.socket_of()) == "ipv6:%5B::1%5D:" + v6.port());
  CHECK(rpc::peer_of(-1).empty());
}

TEST_CASE("a peer is an operator's until a client comes from there, or too many others came") {
  const Accepted one(address("::ffff:127.0.0.1")), other(address("::ffff:127.0.0.1"));
  if (one.socket_of() < 0 || other.socket_of() < 0) return;
  const auto peer = rpc::peer_of(one.socket_of());
  rpc::OperatorPeers peers;
  CHECK_FALSE(peers.has(peer));
  peers.add(one.socket_of());
  CHECK(peers.has(peer));
  CHECK_FALSE(peers.has(rpc::peer_of(other.socket_of())));
  peers.remove(one.socket_of());
  CHECK_FALSE(peers.has(peer));
  for (int i = 0; i < 2; ++i) peers.add(one.socket_of());
  for (std::size_t i = 1; i < rpc::OperatorPeers::most; ++i) peers.add(other.socket_of());
  CHECK(peers.has(peer));  // by its second connection
  peers.add(other.socket_of());
  CHECK_FALSE(peers.has(peer));
}
