// Tally: how many are in of each of many.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

namespace chatd::limits {

template <class Key>
class Tally {
 public:
  using Place = std::pair<const Key, std::size_t>*;

  // 0: any number, and nothing is counted.
  explicit Tally(std::size_t most) : most_(most) {}

  // Nothing: as many are in as may be. What it gives is to be paid back with one `leave`. [one thread] never blocks
  [[nodiscard]] std::optional<Place> enter(const Key& key) {
    if (most_ == 0) return nullptr;
    const auto [found, added] = in_.try_emplace(key, 0);
    if (found->second >= most_) return std::nullopt;
    ++found->second;
    return &*found;
  }
  // [one thread] never blocks
  void leave(Place place) noexcept {
    if (place && --place->second == 0) in_.erase(in_.find(place->first));
  }
  // From now on; those that were not counted are not. [one thread] never blocks
  void change(std::size_t most) noexcept { most_ = most; }

 private:
  std::size_t most_;
  std::unordered_map<Key, std::size_t> in_;
};

}  // namespace chatd::limits
