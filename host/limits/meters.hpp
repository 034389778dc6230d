// Meters: a bucket for each of many, kept as long as it tells anything.
#pragma once

#include <unordered_map>

#include "host/limits/bucket.hpp"
#include "host/limits/sweep.hpp"

namespace chatd::limits {

template <class Key>
class Meters {
 public:
  explicit Meters(const Rate& rate) : rate_(rate) {}

  // Takes one of this key's; how long until it has one when it has none. [one thread] never blocks
  [[nodiscard]] std::chrono::nanoseconds take(const Key& key, Time now) {
    if (rate_.per_second <= 0) return std::chrono::nanoseconds(0);
    auto& bucket = buckets_[key];
    const auto wait = bucket.wait(rate_, now);
    if (wait.count() == 0) bucket.take(rate_, now);
    return wait;
  }
  // From now on. [one thread] never blocks
  void change(const Rate& rate) noexcept { rate_ = rate; }
  // What time brings; about twice a second. [one thread] never blocks
  void tick(Time now) {
    sweep_.part(buckets_, 4, [now](const Bucket& bucket) { return bucket.full(now); });
  }

  // [one thread] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return buckets_.size(); }

 private:
  Rate rate_;
  std::unordered_map<Key, Bucket> buckets_;
  Sweep sweep_;
};

}  // namespace chatd::limits
