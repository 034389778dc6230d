#include "host/limits/flood.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace chatd::limits {
namespace {

constexpr std::size_t header_bytes = 9;
constexpr std::size_t largest_payload = 16'384;  // SETTINGS_MAX_FRAME_SIZE as the server leaves it
constexpr std::size_t least_frames = 3;          // that have to fit to each other; 72 bits each hardly do by chance
constexpr std::size_t least_hostile = 100;
// A client gives back a window for each few kilobytes, of which the kernel has some hundreds for it at a time.
constexpr std::size_t least_empty = 1'000;

enum Type : std::uint8_t { data, headers, priority, reset, settings, push, ping, goaway, window, continuation };

struct Header {
  std::size_t payload;
  std::uint8_t type;
  std::uint32_t stream;
};

// RFC 9113, 4.1 and 6: what a client may send.
std::optional<Header> header_at(std::string_view piece, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(piece[at + i]); };
  const auto u32 = [&](std::size_t i) {
    return std::uint32_t{byte(i)} << 24 | std::uint32_t{byte(i + 1)} << 16 | std::uint32_t{byte(i + 2)} << 8 | byte(i + 3);
  };
  const Header header{u32(0) >> 8, byte(3), u32(5)};
  if (header.payload > largest_payload || header.stream >> 31 != 0) return std::nullopt;
  const bool of_connection = header.stream == 0;
  const bool of_client = header.stream % 2 == 1;  // all streams are begun by clients
  switch (header.type) {
    case data:
    case headers:
    case continuation:
      return of_client ? std::optional(header) : std::nullopt;
    case priority:
      return of_connection || header.payload != 5 ? std::nullopt : std::optional(header);
    case reset:
      return of_client && header.payload == 4 ? std::optional(header) : std::nullopt;
    case settings:
      return !of_connection || header.payload % 6 != 0 ? std::nullopt : std::optional(header);
    case ping:
      return !of_connection || header.payload != 8 ? std::nullopt : std::optional(header);
    case goaway:
      return !of_connection || header.payload < 8 ? std::nullopt : std::optional(header);
    case window:
      return (of_connection || of_client) && header.payload == 4 ? std::optional(header) : std::nullopt;
    default:
      return std::nullopt;
  }
}

// Nothing: frames do not begin there.
std::optional<FrameCounts> counts_from(std::string_view piece, std::size_t at) noexcept {
  FrameCounts counts;
  std::size_t block = 0;
  while (at + header_bytes <= piece.size()) {
    const auto header = header_at(piece, at);
    if (!header) return std::nullopt;
    ++counts.all;
    counts.resets += header->type == reset;
    counts.controls += header->type == settings || header->type == ping || header->type == priority;
    counts.empty += header->type == window || (header->type == data && header->payload == 0);
    counts.continuations += header->type == continuation;
    block = header->type == continuation ? block + header->payload : 0;
    counts.block_bytes = std::max(counts.block_bytes, block);
    at += header_bytes + header->payload;
  }
  return counts.all < least_frames ? std::nullopt : std::optional(counts);
}

}  // namespace

FrameCounts count_frames(std::string_view piece) noexcept {
  for (std::size_t at = 0; at <= header_bytes + largest_payload && at + header_bytes <= piece.size(); ++at) {
    if (const auto counts = counts_from(piece, at)) return *counts;
  }
  return {};
}

bool flood(std::string_view piece, std::size_t metadata_bytes) noexcept {
  const auto counts = count_frames(piece);
  const auto hostile = counts.resets + counts.controls + counts.continuations;
  return (hostile >= least_hostile && hostile * 4 > counts.all) ||
         (counts.empty >= least_empty && counts.empty * 4 > counts.all * 3) ||
         counts.block_bytes > std::max(metadata_bytes, largest_payload);
}

}  // namespace chatd::limits
