#include "host/config/address.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "chatd/sdk/text.hpp"
#include "host/config/tables.hpp"

namespace chatd::config {
namespace {

constexpr std::string_view examples = "0.0.0.0:8081, [::1]:8081 or localhost:0";

bool numeric(int family, std::string_view text) {
  in6_addr room{};
  return inet_pton(family, std::string(text).c_str(), &room) == 1;
}

bool ipv6(std::string_view text) {
  // A scope ("fe80::1%eth0") names an interface; inet_pton knows none.
  return numeric(AF_INET6, text.substr(0, text.find('%')));
}

bool host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  // Digits and dots alone are meant as an IPv4 address.
  if (text.find_first_not_of("0123456789.") == std::string_view::npos) return numeric(AF_INET, text);
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

std::unexpected<sdk::Error> bad(std::string_view address, std::string_view why) {
  return sdk::fail(sdk::Code::invalid_argument, sdk::text(quoted(address), ' ', why, "; expected host:port such as ", examples));
}

}  // namespace

std::string Address::str() const {
  if (host.find(':') != std::string::npos) return sdk::text('[', host, "]:", port);
  return sdk::text(host, ':', port);
}

sdk::Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, port);
  if (error != std::errc() || stop != end) {
    return sdk::fail(sdk::Code::invalid_argument, sdk::text(quoted(text), " is not a port; expected a number from 0 to 65535"));
  }
  return port;
}

sdk::Result<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) return bad(text, "has no port");
  std::string_view host = text.substr(0, colon);
  if (host.empty()) return bad(text, "has no host");
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!ipv6(host)) return bad(text, "has no IPv6 address between its brackets");
  } else if (host.find(':') != std::string_view::npos) {
    return bad(text, "has more than one colon: an IPv6 address stands in brackets");
  } else if (!host_name(host)) {
    return bad(text, "has neither a host name nor an IPv4 address before its port");
  }
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return bad(text, "has a port that is not a number from 0 to 65535");
  return Address{std::string(host), *port};
}

bool loopback(const Address& address) {
  const std::string& host = address.host;
  const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;  // parse_address has looked at the rest
  return host == "localhost" || host == "::1" || (digits && host.starts_with("127."));
}

}  // namespace chatd::config
