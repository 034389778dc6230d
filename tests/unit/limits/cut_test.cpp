// Which connections are cut for what they send, and which are not.
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"
#include "frames.hpp"
#include "host/limits/connections.hpp"

using namespace chatd;
using namespace chatd::limits;
using namespace chatd::limits::test;
using namespace std::chrono_literals;

namespace {

class Silent final : public sdk::Logger {
 public:
  [[nodiscard]] bool enabled(sdk::Level) const noexcept override { return false; }
  void write(sdk::Level, std::string_view) noexcept override {}
};

// Both ends of a connection, of which the account has let in the one.
struct Pair {
  Pair() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener, generic, size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, generic, &size) == 0);
    client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(client, generic, size) == 0);
    server = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    REQUIRE(server >= 0);
    ::close(listener);
    REQUIRE(connections.admit(server, IpAddress::parse("127.0.0.1"), now));
  }
  ~Pair() {
    ::close(client);
    if (server >= 0) ::close(server);
  }

  // From one end until the other could read it all.
  static void pass(int from, int to, const std::string& bytes) {
    REQUIRE(::send(from, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    std::string unread(bytes.size(), '\0');
    REQUIRE(::recv(to, unread.data(), unread.size(), MSG_PEEK | MSG_WAITALL) == static_cast<ssize_t>(bytes.size()));
  }
  static void take(int from, std::size_t bytes) {
    std::string taken(bytes, '\0');
    REQUIRE(::recv(from, taken.data(), taken.size(), MSG_WAITALL) == static_cast<ssize_t>(bytes));
  }
  // Two seconds.
  void look() {
    for (int i = 0; i < 20; ++i) connections.look(now += 100ms);
  }
  void close_server() {
    ::close(std::exchange(server, -1));
    look();
  }
  [[nodiscard]] bool cut() const {
    char byte = 0;
    return ::recv(client, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET;
  }
  [[nodiscard]] std::uint64_t counted(Reason reason) const { return refusals.counts().at(static_cast<std::size_t>(reason)); }

  Silent log;
  Refusals refusals{log};
  Time now{1h};
  Connections connections{{.cut_floods = true, .patience = 60s}, refusals};
  int client = -1;
  int server = -1;
};

std::string resets() {
  std::string out;
  for (unsigned i = 0; i < 2'000; ++i) out += frame(1, 4, 2 * i + 1, "h") + frame(3, 0, 2 * i + 1, std::string(4, '\0'));
  return out;
}

std::string publishes() {
  std::string out;
  for (unsigned i = 0; i < 300; ++i) out += frame(1, 4, 2 * i + 1, "h") + frame(0, 1, 2 * i + 1, std::string(100, 'm'));
  return out;
}

}  // namespace

TEST_CASE("a flood is cut when it goes on after what was unread at first, and what is unread is gone") {
  Pair pair;
  const auto flood = resets();
  Pair::pass(pair.client, pair.server, flood);
  pair.connections.cut_floods(pair.now);
  pair.connections.cut_floods(pair.now);
  CHECK_FALSE(pair.cut());  // nothing was read meanwhile: it may be all that there is
  Pair::take(pair.server, flood.size());
  pair.connections.cut_floods(pair.now);
  CHECK_FALSE(pair.cut());
  Pair::pass(pair.client, pair.server, flood);
  pair.connections.cut_floods(pair.now);
  CHECK_FALSE(pair.cut());  // as at first
  Pair::take(pair.server, flood.size() / 2);
  Pair::pass(pair.client, pair.server, flood.substr(0, flood.size() / 2));
  Pair::take(pair.server, flood.size() / 2);
  Pair::pass(pair.client, pair.server, flood.substr(0, flood.size() / 2));
  pair.connections.cut_floods(pair.now);
  CHECK(pair.cut());
  CHECK(pair.counted(Reason::flood) == 1);
  char byte = 0;
  CHECK(::recv(pair.server, &byte, 1, MSG_DONTWAIT) <= 0);
  CHECK(pair.connections.cut() == 0);  // until its descriptor is closed
  pair.close_server();
  CHECK(pair.connections.cut() == 1);
  CHECK(pair.connections.ended() == 0);
}

TEST_CASE("a busy publisher is not cut, however much of it is unread") {
  Pair pair;
  const auto busy = publishes();
  for (int i = 0; i < 20; ++i) {
    Pair::pass(pair.client, pair.server, busy);
    pair.connections.cut_floods(pair.now);
    Pair::take(pair.server, busy.size());
    Pair::pass(pair.server, pair.client, "answers");
    Pair::take(pair.client, 7);
    pair.look();
  }
  CHECK_FALSE(pair.cut());
  CHECK(pair.counted(Reason::flood) + pair.counted(Reason::endless_request) == 0);
}

TEST_CASE("a connection that sends on and on without anything to be answered is cut") {
  Pair pair;
  const std::string some(30'000, 'x');  // what a socket's buffer takes at once
  const auto send = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Pair::pass(pair.client, pair.server, some);
      Pair::take(pair.server, some.size());
    }
    pair.look();
  };
  send(1'100);
  CHECK_FALSE(pair.cut());
  Pair::pass(pair.server, pair.client, "!");
  Pair::take(pair.client, 1);
  pair.look();
  send(1'100);
  CHECK_FALSE(pair.cut());
  send(30);
  CHECK(pair.cut());
  CHECK(pair.counted(Reason::endless_request) == 1);
}

TEST_CASE("a connection that sends byte by byte for too long without anything to be answered is cut, and a silent one is not") {
  Pair slow, silent, answered;
  const auto bit = [](const Pair& pair) {
    Pair::pass(pair.client, pair.server, "x");
    Pair::take(pair.server, 1);
  };
  for (int i = 0; i < 29; ++i) {
    bit(slow);
    bit(answered);
    Pair::pass(answered.server, answered.client, "!");
    Pair::take(answered.client, 1);
    for (auto* pair : {&slow, &silent, &answered}) pair->look();
    CHECK_FALSE(slow.cut());
  }
  bit(slow);
  for (int i = 0; i < 3; ++i) {
    for (auto* pair : {&slow, &silent, &answered}) pair->look();
  }
  CHECK(slow.cut());
  CHECK(slow.counted(Reason::endless_request) == 1);
  CHECK_FALSE(silent.cut());
  CHECK_FALSE(answered.cut());
}

TEST_CASE("a host that was stopped for a while cuts nobody for what it did not answer meanwhile") {
  Pair pair;
  pair.look();
  Pair::pass(pair.client, pair.server, "said before");
  Pair::take(pair.server, 11);
  pair.look();
  pair.now += 1h;
  Pair::pass(pair.client, pair.server, "said meanwhile");
  Pair::take(pair.server, 14);
  pair.look();
  CHECK_FALSE(pair.cut());
}
