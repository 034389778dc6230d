// What arrives at the port that is no chat client.
#include <random>

#include "catch.hpp"
#include "listener.hpp"
#include "socket.hpp"

using namespace chatd::testing;

namespace {

void still_chats(const HostProcess& host) {
  Listener alice(host.address(), hello("alice"));
  Chatter(host.address()).say("bob", "alive");
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"alive"});
}

}  // namespace

TEST_CASE("garbage on the port ends that connection and nothing else") {
  HostProcess host;
  std::mt19937 random(4711);
  for (int i = 0; i < 20; ++i) {
    const Socket socket(host);
    REQUIRE(socket.connected());
    std::string bytes(1 + random() % 2000, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    socket.send(bytes + std::string(64, 'G'));  // longer than HTTP/2's preface, so that it is seen to be wrong
    CHECK(socket.closed_by_peer());
  }
  const Socket http(host);
  http.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(http.closed_by_peer());
  still_chats(host);
}

TEST_CASE("a thousand connections opened and cut leave nothing behind") {
  HostProcess host;
  still_chats(host);
  const auto before = host.descriptors();
  for (int i = 0; i < 1'000; ++i) {
    const Socket socket(host);
    REQUIRE(socket.connected());
    if (i % 3 == 1) socket.send("PRI * HTTP/2.0\r\n");  // half a preface
    if (i % 2 == 1) socket.reset();
  }
  still_chats(host);
  CHECK(eventually([&] { return host.descriptors() <= before; }));
  CHECK(host.alive());
}

TEST_CASE("a host whose descriptors are exhausted accepts again when they are given back") {
  HostProcess host({.descriptors = 64});
  Listener early(host.address(), hello("early"));
  {
    std::vector<std::unique_ptr<Socket>> sockets;
    for (int i = 0; i < 200; ++i) sockets.push_back(std::make_unique<Socket>(host));
    REQUIRE(eventually([&] { return host.log().find("cannot accept connections for now") != std::string::npos; }));
    CHECK(host.says("raise the limit on open files"));
  }
  still_chats(host);
  CHECK(early.wait_for_contents(1) == std::vector<std::string>{"alive"});
}

TEST_CASE("a client that has vanished is noticed by keepalive") {
  HostProcess host({.set = {"host.keepalive_time_ms=1000", "host.keepalive_timeout_ms=1000"}});
  const Socket silent(host);
  silent.send(preface);  // and then never an answer to a ping
  CHECK(silent.closed_by_peer());
  still_chats(host);
}
