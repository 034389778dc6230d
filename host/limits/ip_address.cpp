#include "host/limits/ip_address.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace chatd::limits {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> IpAddress::of(const sockaddr& address) noexcept {
  IpAddress out;
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(out.bytes_.data(), &v6.sin6_addr, out.bytes_.size());
  } else if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::ranges::copy(mapped, out.bytes_.begin());
    std::memcpy(out.bytes_.data() + mapped.size(), &v4.sin_addr, 4);
  } else {
    return std::nullopt;
  }
  return out;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string zero_ended(text);
  IpAddress out;
  if (inet_pton(AF_INET6, zero_ended.c_str(), out.bytes_.data()) == 1) return out;
  std::ranges::copy(mapped, out.bytes_.begin());
  if (inet_pton(AF_INET, zero_ended.c_str(), out.bytes_.data() + mapped.size()) == 1) return out;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::parse_peer(std::string_view text) {
  for (const std::string_view kind : {"ipv4:", "ipv6:"}) {
    if (text.starts_with(kind)) text.remove_prefix(kind.size());
  }
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"[", "]"}, {"%5B", "%5D"}}) {
    if (!text.starts_with(open)) continue;
    const auto end = text.find(close);
    if (end == std::string_view::npos) return std::nullopt;
    text = text.substr(open.size(), end - open.size());
    // A link's name, behind it, is no part of the address.
    return parse(text.substr(0, text.find('%')));
  }
  // More than one colon is IPv6 without brackets, and so without a port.
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) text = text.substr(0, colon);
  return parse(text);
}

bool IpAddress::is_ipv4() const noexcept { return std::equal(mapped.begin(), mapped.end(), bytes_.begin()); }

IpAddress IpAddress::counted() const noexcept { return is_ipv4() ? *this : first(64); }

IpAddress IpAddress::first(int count) const noexcept {
  IpAddress out;
  for (int i = 0; i < bits; i += 8) {
    const auto byte = static_cast<std::size_t>(i / 8);
    const int kept = std::clamp(count - i, 0, 8);
    out.bytes_[byte] = static_cast<std::uint8_t>(bytes_[byte] & (0xff << (8 - kept)));
  }
  return out;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_ipv4())
    inet_ntop(AF_INET, bytes_.data() + mapped.size(), out.data(), out.size());
  else
    inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
  return out.data();
}

}  // namespace chatd::limits
