// IpAddress: where a connection or a request comes from, as the limits count it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace chatd::limits {

// IPv4 addresses are kept as IPv6 has them (::ffff:a.b.c.d), which is also how a socket for both tells them.
class IpAddress {
 public:
  static constexpr int bits = 128;
  static constexpr int ipv4_begins = 96;  // bits before those of an IPv4 address

  IpAddress() = default;
  // Nothing: it is none of IPv4 or IPv6. [any] never blocks
  [[nodiscard]] static std::optional<IpAddress> of(const sockaddr& address) noexcept;
  // "192.0.2.1", "2001:db8::1". [any] never blocks
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  // The same with a port or brackets, as proxies and gRPC write it: "192.0.2.1:80", "[2001:db8::1]:80", "ipv6:%5B::1%5D:80".
  // [any] never blocks
  [[nodiscard]] static std::optional<IpAddress> parse_peer(std::string_view text);

  [[nodiscard]] bool is_ipv4() const noexcept;
  // What is counted as one: of IPv6 all of a /64, for who has one address there has all of them. [any] never blocks
  [[nodiscard]] IpAddress counted() const noexcept;
  // With all bits after the first `count` zero. [any] never blocks
  [[nodiscard]] IpAddress first(int count) const noexcept;
  [[nodiscard]] std::string text() const;

  bool operator==(const IpAddress&) const = default;

 private:
  friend struct std::hash<IpAddress>;
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace chatd::limits

template <>
struct std::hash<chatd::limits::IpAddress> {
  std::size_t operator()(const chatd::limits::IpAddress& address) const noexcept {
    return std::hash<std::string_view>{}(
        {static_cast<const char*>(static_cast<const void*>(address.bytes_.data())), address.bytes_.size()});
  }
};
