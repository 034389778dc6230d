// Bucket: so many a second, and a burst of them when there were few for a while.
#pragma once

#include <algorithm>
#include <chrono>

namespace chatd::limits {

using Time = std::chrono::steady_clock::time_point;

struct Rate {
  double per_second = 0;  // 0: any number
  double burst = 1;       // at once, when the bucket is full; at least 1
};

// It keeps no more than when it is full again (the generic cell rate algorithm of ATM Forum's Traffic Management 4.0, 4.4.2), so
// that one for each user costs little.
class Bucket {
 public:
  // How long until it has one; zero: now. [one thread] never blocks
  [[nodiscard]] std::chrono::nanoseconds wait(const Rate& rate, Time now) const noexcept {
    if (rate.per_second <= 0) return std::chrono::nanoseconds(0);
    const auto missing = full_at_ + each(rate) - now - all(rate);
    return std::max<std::chrono::nanoseconds>(missing, std::chrono::nanoseconds(0));
  }
  // Takes one. REQUIRES: it has one. [one thread] never blocks
  void take(const Rate& rate, Time now) noexcept {
    if (rate.per_second > 0) full_at_ = std::max(full_at_, now) + each(rate);
  }
  // Whether it is as a new one. [one thread] never blocks
  [[nodiscard]] bool full(Time now) const noexcept { return full_at_ <= now; }

 private:
  [[nodiscard]] static std::chrono::nanoseconds each(const Rate& rate) noexcept {
    return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(1e9 / rate.per_second));
  }
  [[nodiscard]] static std::chrono::nanoseconds all(const Rate& rate) noexcept {
    return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(1e9 / rate.per_second * rate.burst));
  }

  Time full_at_{};
};

}  // namespace chatd::limits
