// What a connection's unread input tells of who sends it.
#pragma once

#include <cstddef>
#include <string_view>

namespace chatd::limits {

// Frames of HTTP/2, as they follow each other in a piece of what was received.
struct FrameCounts {
  std::size_t all = 0;
  std::size_t resets = 0;         // RST_STREAM
  std::size_t controls = 0;       // SETTINGS, PING, PRIORITY
  std::size_t continuations = 0;  // CONTINUATION
  std::size_t empty = 0;          // WINDOW_UPDATE, and DATA with nothing in it
  std::size_t block_bytes = 0;    // of the longest run of CONTINUATION
};

// The piece may begin and end anywhere. None are counted when it is not seen where one begins: it is encrypted, or too little.
// [any] never blocks
[[nodiscard]] FrameCounts count_frames(std::string_view piece) noexcept;

// Whether no client that means well sends such: more than a quarter are resets and other frames without a purpose of their own,
// or nearly all are empty, or headers are longer than they may be. [any] never blocks
[[nodiscard]] bool flood(std::string_view piece, std::size_t metadata_bytes) noexcept;

}  // namespace chatd::limits
