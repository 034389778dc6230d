// Timestamp: a moment as clients and records carry it, to the nanosecond, in the years 0001 to 9999
// (google.protobuf.Timestamp's range; sdk::Time's ends in 2262, and Go's zero time is in the year 1).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chatd/sdk/clock.hpp"

namespace chatd::wire {

struct Timestamp {
  std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z, may be negative
  std::int32_t nanos = 0;    // 0 to 999,999,999, forward from `seconds`
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// Whether it lies in the years 0001 to 9999 and its nanos in their range. [any] never blocks
[[nodiscard]] bool valid(Timestamp t) noexcept;

// [any] never blocks
[[nodiscard]] Timestamp timestamp(sdk::Time time) noexcept;

// RFC 3339: "2026-11-22T13:23:03.1Z", any numeric offset, digits after the ninth cut off; nothing when it is not that.
// [any] never blocks
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept;

// As Go's time.RFC3339Nano in UTC: up to 9 fractional digits, trailing zeros cut. REQUIRES: valid(t). [any] never blocks
void append_rfc3339(std::string& out, Timestamp t);

}  // namespace chatd::wire
