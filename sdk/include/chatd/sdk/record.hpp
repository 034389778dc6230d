// Records and positions: what every log has. Bytes only; a broker knows nothing of chat.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

#include "chatd/sdk/clock.hpp"

namespace chatd::sdk {

// Where one record lies in its topic. Offsets of a partition grow, not always by one.
struct Position {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Header {
  std::string_view name;
  std::string_view value;
};

// A record without its place: what a publisher gives.
struct Record {
  std::string_view key;  // records of one key stay in one partition, in order
  std::string_view value;
  std::span<const Header> headers;
  Time timestamp;
};

// A record as the log holds it.
struct StoredRecord {
  Record record;
  Position position;
};

// What a partition holds now: offsets in [begin, end). Empty when they are equal.
struct Extent {
  std::int32_t partition = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

}  // namespace chatd::sdk
