// What a host allows each client, and all of them.
#include <array>
#include <deque>

#include <sys/socket.h>

#include "catch.hpp"
#include "listener.hpp"
#include "socket.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using grpc::StatusCode;

namespace {

const std::string no_proxies = "limits.trusted_proxies=";  // so that this machine's own addresses count

}  // namespace

TEST_CASE("connections above their number are cut at once, and each that ends makes room for one") {
  HostProcess host({.set = {"limits.connections=3"}});
  Listener alice(host.address(), hello("alice"));
  {
    const Socket second(host), third(host);
    third.send(preface);
    const Socket fourth(host);
    CHECK(fourth.closed_by_peer());
    CHECK_THAT(host.log(), Contains("limits.connections "));
    Chatter(host.address()).publish(message("bob", "refused"));
  }
  Chatter chatter(host.address());
  CHECK(eventually([&] { return chatter.publish(message("bob", "there is room")).ok(); }));
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"there is room"});
}

TEST_CASE("connections of an address are counted apart from those of others") {
  HostProcess host({.set = {no_proxies, "limits.connections_per_address=2"}});
  std::deque<Socket> some;
  for (const char* from : {"127.0.0.2", "127.0.0.2", "127.0.0.3"}) some.emplace_back(host, from);
  CHECK(Socket(host, "127.0.0.2").closed_by_peer());
  CHECK_THAT(host.log(), Contains("limits.connections_per_address ") && Contains("limits.trusted_proxies"));
  Listener alice(host.address(), hello("alice"));  // of 127.0.0.1
  Chatter(host.address()).say("bob", "we are others");
  CHECK(alice.wait_for_count(1));
  some.clear();
  CHECK(eventually([&] {
    const Socket again(host, "127.0.0.2");
    again.send("GET / HTTP/1.1\r\n\r\n");
    std::array<char, 16> answer{};
    return ::recv(again.get(), answer.data(), answer.size(), 0) > 0;  // gRPC's, before it closes
  }));
}

TEST_CASE("new connections above their rate are cut at once") {
  HostProcess host({.set = {no_proxies, "limits.new_connections_per_second_per_address=1"}});
  const Socket first(host, "127.0.0.2"), second(host, "127.0.0.2"), third(host, "127.0.0.2");  // twice the rate at once
  CHECK(third.closed_by_peer());
  CHECK_THAT(host.log(), Contains("limits.new_connections_per_second_per_address "));
  Chatter(host.address()).say("bob", "I come from elsewhere");
}
