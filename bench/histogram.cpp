#include "bench/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace chatd::bench {

Histogram::Histogram() : counts_(index(clamp(longest)) + 1) {}

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  highest_ = std::max(highest_, other.highest_);
}

Histogram::Duration Histogram::percentile(double percent) const noexcept {
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted) return Duration(std::min(highest_in(i), highest_));
  }
  return Duration(highest_);
}

}  // namespace chatd::bench
