#include "host/limits/ip_address.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "catch.hpp"
#include "host/limits/networks.hpp"

using chatd::limits::IpAddress;
using chatd::limits::Networks;

namespace {

IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

Networks networks(const std::vector<std::string>& texts) {
  auto parsed = Networks::parse(texts);
  REQUIRE(parsed);
  return *std::move(parsed);
}

}  // namespace

TEST_CASE("addresses as sockets and texts have them are the same") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
  CHECK(IpAddress::of(*static_cast<const sockaddr*>(static_cast<const void*>(&v4))) == address("192.0.2.7"));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
  CHECK(IpAddress::of(*static_cast<const sockaddr*>(static_cast<const void*>(&v6))) == address("2001:db8::7"));
  inet_pton(AF_INET6, "::ffff:192.0.2.7", &v6.sin6_addr);  // as a socket for both tells an IPv4 client
  CHECK(IpAddress::of(*static_cast<const sockaddr*>(static_cast<const void*>(&v6))) == address("192.0.2.7"));
  const sockaddr other{};
  CHECK_FALSE(IpAddress::of(other));
}

TEST_CASE("addresses as proxies and gRPC write them") {
  const std::pair<const char*, const char*> right[] = {
      {"192.0.2.1", "192.0.2.1"},        {"192.0.2.1:80", "192.0.2.1"},    {"ipv4:192.0.2.1:80", "192.0.2.1"},
      {"2001:db8::1", "2001:db8::1"},    {"[2001:db8::1]", "2001:db8::1"}, {"[2001:db8::1]:80", "2001:db8::1"},
      {"ipv6:[::1]:80", "::1"},          {"ipv6:%5B::1%5D:80", "::1"},     {"ipv6:%5Bfe80::1%25eth0%5D:80", "fe80::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
  };
  for (const auto& [text, expected] : right) {
    INFO(text);
    const auto parsed = IpAddress::parse_peer(text);
    REQUIRE(parsed);
    CHECK(parsed->text() == expected);
  }
  for (const auto* wrong : {"", "unknown", "unix:/tmp/socket", "192.0.2", "192.0.2.256", "[::1", "_hidden", "1.2.3.4, 5.6.7.8"}) {
    INFO(wrong);
    CHECK_FALSE(IpAddress::parse_peer(wrong));
  }
}

TEST_CASE("of IPv6 64 bits are counted as one address") {
  CHECK(address("2001:db8:1:2:3:4:5:6").counted() == address("2001:db8:1:2::"));
  CHECK(address("2001:db8:1:2:ffff::").counted() == address("2001:db8:1:2::1").counted());
  CHECK(address("2001:db8:1:3::1").counted() != address("2001:db8:1:2::1").counted());
  CHECK(address("192.0.2.1").counted() == address("192.0.2.1"));
  CHECK(address("192.0.2.1").counted() != address("192.0.2.2").counted());
}

TEST_CASE("networks contain what begins as they do") {
  const auto some = networks({"192.0.2.1", "10.0.0.0/8", "172.16.0.0/12", "fd00::/8", "::1"});
  for (const auto* in : {"192.0.2.1", "10.255.255.255", "172.31.0.1", "fd12:3456::1", "::1", "::ffff:10.1.2.3"}) {
    INFO(in);
    CHECK(some.contain(address(in)));
  }
  for (const auto* out : {"192.0.2.2", "11.0.0.0", "172.32.0.1", "fe00::1", "::2", "a00::"}) {
    INFO(out);
    CHECK_FALSE(some.contain(address(out)));
  }
  CHECK(networks({"0.0.0.0/0"}).contain(address("203.0.113.9")));
  CHECK_FALSE(networks({"0.0.0.0/0"}).contain(address("2001:db8::1")));
  CHECK(networks({"::/0"}).contain(address("203.0.113.9")));
  CHECK_FALSE(networks({}).contain(address("127.0.0.1")));
}

TEST_CASE("networks that are none say why") {
  const std::pair<std::string, const char*> wrong[] = {
      {"", "is no address"},
      {"nginx", "is no address"},
      {"10.0.0.0/33", "expected 0 to 32"},
      {"::/129", "expected 0 to 128"},
      {"10.0.0.0/", "expected 0 to"},
      {"10.0.0.0/-1", "expected 0"},
      {"10.0.0.0/8x", "expected 0 to 32"},
      {"10.0.0.1/8", "write 10.0.0.0/8"},
      {"2001:db8::1/64", "write 2001:db8::/64"},
  };
  for (const auto& [text, reason] : wrong) {
    INFO(text);
    const auto parsed = Networks::parse(std::vector<std::string>{"10.0.0.0/8", text});
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().text, Catch::Matchers::Contains(reason) && Catch::Matchers::StartsWith('"' + text + '"'));
  }
}
