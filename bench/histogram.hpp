// Histogram: durations from a nanosecond to hours, kept to three significant digits in a fixed number of counters, as
// HdrHistogram does.
#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <vector>

namespace chatd::bench {

class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;

  Histogram();

  // Below zero counts as zero, above `longest` as that. never blocks, never allocates
  void record(Duration value) noexcept {
    const auto ticks = clamp(value);
    ++counts_[index(ticks)];
    ++count_;
    sum_ += ticks;
    if (ticks > highest_) highest_ = ticks;
  }
  void merge(const Histogram& other) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // The smallest value that at least `percent` (0 to 100) of those recorded do not exceed, to three digits; never above `max`.
  // 0 when nothing was recorded.
  [[nodiscard]] Duration percentile(double percent) const noexcept;
  [[nodiscard]] Duration max() const noexcept { return Duration(highest_); }
  [[nodiscard]] Duration mean() const noexcept { return Duration(count_ == 0 ? 0 : sum_ / count_); }

  static constexpr Duration longest = std::chrono::hours(10);

 private:
  // Values below 2 * half are counted one by one; above, each power of two has `half` counters: a relative width below 1 / half.
  static constexpr unsigned half_bits = 10;
  static constexpr std::uint64_t half = std::uint64_t{1} << half_bits;

  static constexpr std::uint64_t clamp(Duration value) noexcept {
    return value < Duration::zero() ? 0 : static_cast<std::uint64_t>((value < longest ? value : longest).count());
  }
  static constexpr std::size_t index(std::uint64_t ticks) noexcept {
    const unsigned shift = ticks < 2 * half ? 0 : static_cast<unsigned>(std::bit_width(ticks)) - (half_bits + 1);
    return shift * half + (ticks >> shift);
  }
  static constexpr std::uint64_t highest_in(std::size_t index) noexcept {
    const std::size_t shift = index < 2 * half ? 0 : index / half - 1;
    return ((index - shift * half + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t highest_ = 0;
};

}  // namespace chatd::bench
