#include "host/limits/forwarded.hpp"

#include <algorithm>
#include <ranges>

namespace chatd::limits {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

}  // namespace

std::optional<IpAddress> client_of(const IpAddress& peer, std::span<const std::string_view> forwarded_for,
                                   const Networks& trusted) {
  if (!trusted.contain(peer)) return peer;
  for (std::string_view line : forwarded_for | std::views::reverse) {
    for (bool more = true; more;) {
      const auto comma = line.rfind(',');
      more = comma != std::string_view::npos;
      const auto address = IpAddress::parse_peer(trimmed(more ? line.substr(comma + 1) : line));
      if (!address) return std::nullopt;
      if (!trusted.contain(*address)) return address;
      if (more) line = line.substr(0, comma);
    }
  }
  return std::nullopt;
}

}  // namespace chatd::limits
