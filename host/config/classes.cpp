#include "host/config/classes.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace chatd::config {

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;       // in pattern
  std::size_t reached = 0;  // in text
  std::size_t star = pattern.npos;
  std::size_t covered = 0;  // the text that the last star stands for ends here
  while (reached < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      covered = reached;
    } else if (at < pattern.size() && pattern[at] == text[reached]) {
      ++at;
      ++reached;
    } else if (star != pattern.npos) {  // one character more for the last star; earlier ones need not change
      at = star + 1;
      reached = ++covered;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == pattern.npos;
}

const RoomClass* class_of(std::span<const RoomClass> classes, std::string_view room) {
  const RoomClass* best = nullptr;
  std::tuple<bool, std::size_t> best_fit;
  for (const auto& one : classes) {
    for (const std::string_view pattern : one.rooms) {
      if (!matches(pattern, room)) continue;
      const auto stars = static_cast<std::size_t>(std::ranges::count(pattern, '*'));
      const std::tuple fit(stars == 0, pattern.size() - stars);
      if (best != nullptr && fit <= best_fit) continue;
      best = &one;
      best_fit = fit;
    }
  }
  return best;
}

}  // namespace chatd::config
