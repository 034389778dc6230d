// Refusals: what was refused and cut since the start, by reason; told in the log once a minute at most, with what to change.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "chatd/sdk/log.hpp"

namespace chatd::limits {

enum class Reason : std::uint8_t {
  connections,
  connections_per_address,
  new_connections,
  new_connections_per_address,
  streams_per_user,
  streams_per_address,
  publishes_in_flight,
  publishes_in_flight_per_user,
  publish_rate,
  publish_rate_per_user,
  query_rate_per_user,
  history_busy,
  flood,
  endless_request,
  bad_request,
  unauthenticated,
  permission_denied,
};
inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::permission_denied) + 1;

// "streams_per_user". [any] never blocks
[[nodiscard]] std::string_view name(Reason reason) noexcept;

class Refusals {
 public:
  using Counts = std::array<std::uint64_t, reason_count>;

  // `log` must outlive it.
  explicit Refusals(sdk::Logger& log) : log_(log) {}

  // One more. [any] never blocks
  void count(Reason reason) noexcept;
  // In the order of Reason. [any] never blocks
  [[nodiscard]] Counts counts() const noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  struct One {
    std::atomic<std::uint64_t> count = 0;
    std::atomic<Clock::rep> quiet_until = Clock::time_point::min().time_since_epoch().count();
  };

  sdk::Logger& log_;
  std::array<One, reason_count> all_;
};

}  // namespace chatd::limits
