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
  std::int32_t partition = 0;  // from 0 on
  std::int64_t offset = 0;     // within it
  friend auto operator<=>(const Position&, const Position&) = default;
};

// What a record has besides key and value.
struct Header {
  std::string_view name;   // may be there more than once
  std::string_view value;  // any bytes
};

// A record without its place: what a publisher gives.
struct Record {
  std::string_view key;             // records of one key stay in one partition, in order
  std::string_view value;           // any bytes
  std::span<const Header> headers;  // in their order
  Time timestamp;                   // the publisher's
};

// A record as the log holds it.
struct StoredRecord {
  Record record;      // what was published
  Position position;  // where it lies
};

// What a partition holds now: offsets in [begin, end). Empty when they are equal.
struct Extent {
  std::int32_t partition = 0;  // which
  std::int64_t begin = 0;      // of its first record
  std::int64_t end = 0;        // after its last one
};

}  // namespace chatd::sdk
