// The account of an accept loop, with descriptors that are opened and closed behind its back.
#include "host/limits/connections.hpp"

#include <array>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::limits;
using namespace std::chrono_literals;

namespace {

class Silent final : public sdk::Logger {
 public:
  [[nodiscard]] bool enabled(sdk::Level) const noexcept override { return false; }
  void write(sdk::Level, std::string_view) noexcept override {}
};

int open_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  return fd;
}

struct Loop {
  explicit Loop(Connections::Options options) : connections(std::move(options), refusals) {}
  ~Loop() {
    for (const int fd : fds) ::close(fd);
  }

  // A new connection; its descriptor, or -1 when it was refused.
  int come(const std::string& from) {
    const int fd = open_socket();
    if (connections.admit(fd, IpAddress::parse(from), now)) {
      fds.push_back(fd);
      return fd;
    }
    ::close(fd);
    return -1;
  }
  void go(int fd) {
    ::close(fd);
    std::erase(fds, fd);
  }
  // As much as two seconds bring.
  void look() {
    for (int i = 0; i < 20; ++i) connections.look(now += 100ms);
  }
  [[nodiscard]] std::uint64_t refused(Reason reason) const { return refusals.counts().at(static_cast<std::size_t>(reason)); }

  Silent log;
  Refusals refusals{log};
  Connections connections;
  Time now{1h};
  std::vector<int> fds;
};

}  // namespace

TEST_CASE("so many connections in total, and of an address") {
  Loop loop({.total = 3, .per_address = 2});
  const int first = loop.come("192.0.2.1");
  REQUIRE(first >= 0);
  REQUIRE(loop.come("192.0.2.1") >= 0);
  CHECK(loop.come("192.0.2.1") < 0);
  CHECK(loop.refused(Reason::connections_per_address) == 1);
  REQUIRE(loop.come("192.0.2.2") >= 0);
  CHECK(loop.come("192.0.2.3") < 0);
  CHECK(loop.refused(Reason::connections) == 1);
  CHECK(loop.connections.open() == 3);
  loop.go(first);
  loop.now += 100ms;
  CHECK(loop.come("192.0.2.1") >= 0);
  CHECK(loop.connections.open() == 3);
}

TEST_CASE("connections that ended are noticed within two seconds, whatever has their descriptor's number now") {
  Loop loop({.per_address = 1});
  for (int i = 0; i < 20; ++i) REQUIRE(loop.come("192.0.2." + std::to_string(i)) >= 0);
  const auto all = loop.fds;
  for (const int fd : all) loop.go(fd);
  std::vector<int> others;  // they get the same numbers
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 3 == 0) others.push_back(open_socket());
    if (i % 3 == 1) others.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  CHECK(loop.connections.open() == 20);
  loop.look();
  CHECK(loop.connections.open() == 0);
  CHECK(loop.connections.ended() == 20);
  CHECK(loop.connections.cut() == 0);
  for (const int fd : others) ::close(fd);
}

TEST_CASE("a number that comes again is a connection that has ended") {
  Loop loop({.total = 1});
  const int fd = loop.come("192.0.2.1");
  loop.go(fd);
  REQUIRE(loop.come("192.0.2.2") == fd);
  CHECK(loop.connections.open() == 1);
  CHECK(loop.come("192.0.2.3") < 0);
}

TEST_CASE("open connections stay counted however often they are looked at") {
  Loop loop({.total = 5});
  for (int i = 0; i < 5; ++i) REQUIRE(loop.come("2001:db8::1") >= 0);
  for (int i = 0; i < 10; ++i) loop.look();
  CHECK(loop.connections.open() == 5);
  CHECK(loop.come("192.0.2.1") < 0);
}

TEST_CASE("of IPv6 a network of 64 bits is one address") {
  Loop loop({.per_address = 1});
  REQUIRE(loop.come("2001:db8:0:1::1") >= 0);
  CHECK(loop.come("2001:db8:0:1:ffff::2") < 0);
  CHECK(loop.come("2001:db8:0:2::1") >= 0);
}

TEST_CASE("trusted proxies are counted in total only") {
  Loop loop({.total = 3,
             .per_address = 1,
             .rate_per_address = {1, 1},
             .trusted = *Networks::parse(std::vector<std::string>{"10.0.0.0/8"})});
  for (int i = 0; i < 3; ++i) REQUIRE(loop.come("10.1.2.3") >= 0);
  CHECK(loop.come("10.1.2.3") < 0);
  CHECK(loop.refused(Reason::connections) == 1);
  CHECK(loop.refused(Reason::connections_per_address) == 0);
}

TEST_CASE("so many new connections a second, and of an address") {
  Loop loop({.rate = {100, 5}, .rate_per_address = {10, 2}});
  REQUIRE(loop.come("192.0.2.1") >= 0);
  REQUIRE(loop.come("192.0.2.1") >= 0);
  CHECK(loop.come("192.0.2.1") < 0);
  CHECK(loop.refused(Reason::new_connections_per_address) == 1);
  for (int i = 2; i < 5; ++i) REQUIRE(loop.come("192.0.2." + std::to_string(i)) >= 0);
  CHECK(loop.come("192.0.2.9") < 0);
  CHECK(loop.refused(Reason::new_connections) == 1);
  loop.now += 10ms;
  CHECK(loop.come("192.0.2.9") >= 0);
  CHECK(loop.come("192.0.2.1") < 0);
  loop.now += 90ms;
  CHECK(loop.come("192.0.2.1") >= 0);
}

TEST_CASE("an address is limited still after all its connections have ended") {
  Loop loop({.rate_per_address = {0.01, 1}});
  loop.go(loop.come("192.0.2.1"));
  loop.look();
  CHECK(loop.connections.open() == 0);
  CHECK(loop.come("192.0.2.1") < 0);
  loop.now += 100s;
  loop.look();
  CHECK(loop.come("192.0.2.1") >= 0);
}

TEST_CASE("other limits hold for connections that come then, and those that are in stay") {
  Loop loop({.total = 2});
  REQUIRE(loop.come("10.0.0.1") >= 0);
  const int second = loop.come("10.0.0.1");
  REQUIRE(second >= 0);
  loop.connections.change({.total = 1});
  CHECK(loop.connections.open() == 2);
  loop.go(second);
  loop.look();
  CHECK(loop.come("10.0.0.1") == -1);
  loop.connections.change({.total = 3, .per_address = 1});
  CHECK(loop.come("10.0.0.1") == -1);
  CHECK(loop.come("10.0.0.2") >= 0);
}
