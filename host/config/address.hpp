// Address: where to listen, as an operator writes it: "0.0.0.0:8081", "[::1]:8081", "localhost:0".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::config {

struct Address {
  std::string host;        // a name, an IPv4 address, or an IPv6 address without its brackets
  std::uint16_t port = 0;  // 0: a free one, chosen by the kernel

  bool operator==(const Address&) const = default;

  // As parse_address reads it; an IPv6 host gets its brackets. [any] never blocks
  [[nodiscard]] std::string str() const;
};

// A number from 0 to 65535 in decimal digits; anything else is invalid_argument. [any] never blocks
[[nodiscard]] sdk::Result<std::uint16_t> parse_port(std::string_view text);

// Looks no name up. Whatever is not host:port is invalid_argument, with a text that says what is missing. [any] never blocks
[[nodiscard]] sdk::Result<Address> parse_address(std::string_view text);

// Whether this way to write a host means this machine, and no other can reach it. [any] never blocks
[[nodiscard]] bool loopback(const Address& address);

}  // namespace chatd::config
