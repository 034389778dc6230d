#include "host/hub/limits.hpp"

#include <algorithm>
#include <tuple>

#include "chatd/sdk/pattern.hpp"

namespace chatd::hub {
const RoomClass* class_of(const std::vector<RoomClass>& classes, std::string_view room) noexcept {
  const RoomClass* best = nullptr;
  std::tuple<bool, std::size_t> best_fit;
  for (const auto& one : classes) {
    for (const std::string_view pattern : one.rooms) {
      if (!sdk::matches(pattern, room)) continue;
      const auto stars = static_cast<std::size_t>(std::ranges::count(pattern, '*'));
      const std::tuple fit(stars == 0, pattern.size() - stars);
      if (best && fit <= best_fit) continue;
      best = &one;
      best_fit = fit;
    }
  }
  return best;
}

}  // namespace chatd::hub
