#include "host/limits/networks.hpp"

#include <algorithm>
#include <charconv>

#include "chatd/sdk/text.hpp"

namespace chatd::limits {

sdk::Result<Networks::Network> Networks::parse_one(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address)
    return sdk::fail(sdk::Code::invalid_argument,
                     sdk::text('"', text, "\" is no address and no network; expected such as 192.0.2.1, 10.0.0.0/8 or fd00::/8"));
  const int begin = address->is_ipv4() ? IpAddress::ipv4_begins : 0;
  int bits = IpAddress::bits - begin;
  if (slash != std::string_view::npos) {
    const auto length = text.substr(slash + 1);
    const char* const end = length.data() + length.size();
    const int most = bits;
    const auto [stop, error] = std::from_chars(length.data(), end, bits);
    if (error != std::errc() || stop != end || bits < 0 || bits > most)
      return sdk::fail(sdk::Code::invalid_argument,
                       sdk::text('"', text, "\" has \"", length, "\" as its length; expected 0 to ", most));
  }
  if (address->first(begin + bits) != *address)
    return sdk::fail(sdk::Code::invalid_argument, sdk::text('"', text, "\" has bits behind its length of ", bits, "; write ",
                                                            address->first(begin + bits).text(), '/', bits));
  return Network{*address, begin + bits};
}

sdk::Result<Networks> Networks::parse(std::span<const std::string> texts) {
  Networks out;
  for (const auto& text : texts) {
    auto network = parse_one(text);
    if (!network) return std::unexpected(network.error());
    out.networks_.push_back(*network);
  }
  return out;
}

bool Networks::contain(const IpAddress& address) const noexcept {
  return std::ranges::any_of(networks_, [&](const Network& one) { return address.first(one.bits) == one.base; });
}

}  // namespace chatd::limits
