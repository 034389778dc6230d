#include "chatd/client/backoff.hpp"

#include <algorithm>

namespace chatd::client {

Backoff::Backoff(BackoffLimits limits, std::uint64_t seed) : limits_(limits), ceiling_(limits.first), random_(seed) { reset(); }

std::chrono::milliseconds Backoff::next() {
  const auto count = std::uniform_int_distribution<std::chrono::milliseconds::rep>(0, ceiling_.count())(random_);
  // Compared before it is doubled: the ceiling cannot overflow.
  ceiling_ = ceiling_ > limits_.most / 2 ? limits_.most : ceiling_ * 2;
  return std::chrono::milliseconds{count};
}

void Backoff::reset() noexcept { ceiling_ = std::clamp(limits_.first, std::chrono::milliseconds{0}, limits_.most); }

}  // namespace chatd::client
