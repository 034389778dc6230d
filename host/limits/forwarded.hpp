// Whom a connection speaks for: a client itself, or a proxy that says for whom.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "host/limits/ip_address.hpp"
#include "host/limits/networks.hpp"

namespace chatd::limits {

// `forwarded_for` has the values of x-forwarded-for in the order in which they came. Each proxy appends whom it speaks for, so
// the last that is not trusted itself is as true as the proxies are; what stands before it anybody may have written. Nothing: it
// is not to be counted, for the trusted proxies do not say. [any] never blocks
[[nodiscard]] std::optional<IpAddress> client_of(const IpAddress& peer, std::span<const std::string_view> forwarded_for,
                                                 const Networks& trusted);

}  // namespace chatd::limits
