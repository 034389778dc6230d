#include "host/limits/forwarded.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace chatd::limits;

TEST_CASE("a client behind trusted proxies is the last address that is none of theirs") {
  const auto trusted = *Networks::parse(std::vector<std::string>{"10.0.0.0/8", "::1"});
  struct Case {
    const char* name;
    const char* peer;
    std::vector<std::string_view> forwarded_for;
    const char* client;  // empty: not to be counted
  };
  const Case cases[] = {
      {"no proxy", "192.0.2.1", {}, "192.0.2.1"},
      {"no proxy, but who says it is one", "192.0.2.1", {"198.51.100.9"}, "192.0.2.1"},
      {"one proxy", "10.0.0.1", {"198.51.100.9"}, "198.51.100.9"},
      {"a client that says who it is", "10.0.0.1", {"203.0.113.5, 198.51.100.9"}, "198.51.100.9"},
      {"a client that says that it is trusted", "10.0.0.1", {"10.0.0.7, 198.51.100.9"}, "198.51.100.9"},
      {"a client that sends a line of its own", "10.0.0.1", {"203.0.113.5", "198.51.100.9"}, "198.51.100.9"},
      {"two proxies", "10.0.0.1", {"203.0.113.5, 198.51.100.9, 10.0.0.2"}, "198.51.100.9"},
      {"two proxies, two lines", "10.0.0.1", {"203.0.113.5, 198.51.100.9", "10.0.0.2"}, "198.51.100.9"},
      {"ports and brackets", "::1", {" 198.51.100.9:4711 ,[::1]:80\t"}, "198.51.100.9"},
      {"IPv6", "::1", {"2001:db8::9"}, "2001:db8::9"},
      {"a proxy that says nothing", "10.0.0.1", {}, ""},
      {"a proxy that speaks for itself", "10.0.0.1", {"10.0.0.1"}, ""},
      {"a proxy that does not know", "10.0.0.1", {"198.51.100.9, unknown"}, ""},
      {"nothing behind a comma", "10.0.0.1", {"198.51.100.9,"}, ""},
      {"an empty line", "10.0.0.1", {""}, ""},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto client = client_of(*IpAddress::parse(one.peer), one.forwarded_for, trusted);
    CHECK((client ? client->text() : "") == one.client);
  }
}
