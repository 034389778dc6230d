// Token: where a stream stands in a room, as the client keeps it. Opaque to clients, the same on every host.
//
//   version (1 byte: 1) | record time, ms (varint, zigzag) | partitions (varint) | each: number, next offset (varints) | CRC-32
//   (4 bytes)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/record.hpp"

namespace chatd::wire {

struct Token {
  std::int64_t time_ms = 0;              // of the last record before it, since 1970; tells a log that was made anew
  std::vector<sdk::Position> positions;  // of each partition, the offset that comes next
};

// [any] never blocks
void append_token(std::string& out, std::int64_t time_ms, std::span<const sdk::Position> positions);

// Code::invalid_argument for anything that append_token did not write. [any] never blocks
[[nodiscard]] sdk::Result<Token> parse_token(std::string_view bytes);

}  // namespace chatd::wire
