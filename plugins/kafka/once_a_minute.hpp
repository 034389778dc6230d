// OnceAMinute: whether a line that would repeat itself is due.
#pragma once

#include <atomic>
#include <chrono>

namespace chatd::kafka {

class OnceAMinute {
 public:
  // True at most once a minute. [any] never blocks
  [[nodiscard]] bool due() noexcept {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    auto quiet_until = quiet_until_.load();
    return now >= quiet_until && quiet_until_.compare_exchange_strong(quiet_until, now + std::chrono::minutes(1));
  }
  // The next one is due at once. [any] never blocks
  void reset() noexcept { quiet_until_ = std::chrono::steady_clock::duration::min(); }

 private:
  std::atomic<std::chrono::steady_clock::duration> quiet_until_ = std::chrono::steady_clock::duration::min();
};

}  // namespace chatd::kafka
