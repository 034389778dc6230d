#include "host/config/address.hpp"

#include "catch.hpp"

using namespace chatd;
using config::Address;
using config::parse_address;
using config::parse_port;

TEST_CASE("addresses that are right, and how they are printed") {
  const std::pair<const char*, Address> right[] = {
      {"0.0.0.0:8081", {"0.0.0.0", 8081}},
      {"localhost:0", {"localhost", 0}},
      {"chat-1.example_net:65535", {"chat-1.example_net", 65535}},
      {"[::1]:8081", {"::1", 8081}},
      {"[::]:0", {"::", 0}},
      {"[fe80::1%eth0]:80", {"fe80::1%eth0", 80}},
  };
  for (const auto& [text, address] : right) {
    INFO(text);
    const auto parsed = parse_address(text);
    REQUIRE(parsed);
    CHECK(*parsed == address);
    CHECK(parsed->str() == text);
  }
}

TEST_CASE("addresses that are wrong say what is missing") {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "has no port"},
      {"8081", "has no port"},
      {"localhost", "has no port"},
      {"[::1]", "has no port"},
      {":8081", "has no host"},
      {"::1:8081", "has more than one colon: an IPv6 address stands in brackets"},
      {"a:b:1", "has more than one colon: an IPv6 address stands in brackets"},
      {"[]:1", "has no IPv6 address between its brackets"},
      {"[127.0.0.1]:1", "has no IPv6 address between its brackets"},
      {"[::1::]:1", "has no IPv6 address between its brackets"},
      {"256.0.0.1:1", "has neither a host name nor an IPv4 address before its port"},
      {"1.2.3:1", "has neither a host name nor an IPv4 address before its port"},
      {"local host:1", "has neither a host name nor an IPv4 address before its port"},
      {"*:1", "has neither a host name nor an IPv4 address before its port"},
      {"localhost:", "has a port that is not a number from 0 to 65535"},
      {"localhost:http", "has a port that is not a number from 0 to 65535"},
      {"localhost:65536", "has a port that is not a number from 0 to 65535"},
      {"localhost:-1", "has a port that is not a number from 0 to 65535"},
      {"localhost:80 ", "has a port that is not a number from 0 to 65535"},
  };
  for (const auto& [text, why] : wrong) {
    INFO(text);
    const auto parsed = parse_address(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == sdk::Code::invalid_argument);
    CHECK(parsed.error().text ==
          '"' + std::string(text) + "\" " + why + "; expected host:port such as 0.0.0.0:8081, [::1]:8081 or localhost:0");
  }
}

TEST_CASE("ports") {
  CHECK(parse_port("0") == 0);
  CHECK(parse_port("65535") == 65535);
  for (const auto* text : {"", "65536", "-1", "+1", "80x", " 80"}) CHECK_FALSE(parse_port(text));
}
