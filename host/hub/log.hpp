// Log: the two topics that messages lie in, and places in them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "chatd/sdk/record.hpp"
#include "host/wire/token.hpp"

namespace chatd::hub {

enum class Log : std::uint8_t {
  lobby,  // every record is the lobby's
  rooms,  // a record's key is its room
};
inline constexpr std::size_t log_count = 2;

using wire::Offsets;

// The next offset of a partition; 0, its first record, for one that is not known. [any] never blocks
[[nodiscard]] inline std::int64_t at(const Offsets& offsets, std::int32_t partition) noexcept {
  const auto index = static_cast<std::size_t>(partition);
  return index < offsets.size() ? offsets[index] : 0;
}

// Moves a partition's next offset forward, never back. [any] never blocks
inline void raise(Offsets& offsets, sdk::Position next) {
  const auto index = static_cast<std::size_t>(next.partition);
  if (offsets.size() <= index) offsets.resize(index + 1, 0);
  offsets[index] = std::max(offsets[index], next.offset);
}
inline void raise(Offsets& offsets, const Offsets& others) {
  if (offsets.size() < others.size()) offsets.resize(others.size(), 0);
  for (std::size_t i = 0; i < others.size(); ++i) offsets[i] = std::max(offsets[i], others[i]);
}

}  // namespace chatd::hub
