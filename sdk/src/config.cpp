#include "chatd/sdk/config.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace chatd::sdk {
namespace {

// Letters to insert, delete, replace or swap with their neighbour to get from `a` to `b` (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::string Place::str() const {
  if (line == 0) return source;
  return source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Problem::str() const { return place.str() + ": " + text; }

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::size_t least = word.size() / 3 + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const std::size_t wrong = distance(word, candidate);
    if (wrong >= least) continue;
    least = wrong;
    found = candidate;
  }
  return found;
}

}  // namespace chatd::sdk
