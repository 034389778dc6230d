// How long to wait before the next try: exponential, with full jitter, so that the clients of a host that died
// do not come back all at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace chatd::client {

struct BackoffLimits {
  std::chrono::milliseconds first{100};  // the most that the first wait can be
  std::chrono::milliseconds most{5000};  // the most that any wait can be
};

// Not thread-safe: one owner.
class Backoff {
 public:
  Backoff(BackoffLimits limits, std::uint64_t seed);

  // A wait drawn evenly from zero to a ceiling, which doubles from `first` to `most`. [any] never blocks
  [[nodiscard]] std::chrono::milliseconds next();
  // The ceiling is `first` again. [any] never blocks
  void reset() noexcept;

 private:
  BackoffLimits limits_;
  std::chrono::milliseconds ceiling_;
  std::mt19937_64 random_;
};

}  // namespace chatd::client
