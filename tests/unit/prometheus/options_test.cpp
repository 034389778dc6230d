#include "plugins/prometheus/options.hpp"

#include "catch.hpp"

using namespace chatd;
using namespace chatd::prometheus;

namespace {

std::string wrong(std::string_view address) {
  const auto parsed = parse_listen(address);
  return parsed ? std::string() : parsed.error().text;
}

}  // namespace

TEST_CASE("where to listen is a host and a port") {
  const auto named = parse_listen("localhost:0");
  REQUIRE(named);
  CHECK(named->host == "localhost");
  CHECK(named->port == 0);
  const auto six = parse_listen("[::1]:9464");
  REQUIRE(six);
  CHECK(six->host == "::1");
  CHECK(six->port == 9464);
  CHECK(wrong("9464") == "is no HOST:PORT, such as 127.0.0.1:9464");
  CHECK(wrong(":9464") == "is no HOST:PORT, such as 127.0.0.1:9464");
  CHECK(wrong("a:65536") == R"(has the port "65536"; a port is a number from 0 to 65535)");
  CHECK(wrong("a:") == R"(has the port ""; a port is a number from 0 to 65535)");
  CHECK(wrong("::1:9464") == "has an IPv6 address without brackets; write [::1]:9464");
}

TEST_CASE("a wrong address is a problem at its place") {
  Options options;
  const sdk::Section section{"plugins.prometheus", {"chat.toml", 3, 1}, {{"listen", "nowhere", {"chat.toml", 4, 1}}}};
  const auto problems = read_options(section, options);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].str() == R"(chat.toml:4:1: "listen" in [plugins.prometheus] is no HOST:PORT, such as 127.0.0.1:9464)");
}
