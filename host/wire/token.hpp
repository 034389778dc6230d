// Token: where a stream stands in a room, as the client keeps it. Opaque to clients, the same on every host.
//
//   version (1 byte: 2) | record time, ms (varint, zigzag) | 1 + the partition of that record, 0: none (varint) |
//   partitions (varint) | of each the next offset (varint) | seal over all this and the room (8 bytes)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "host/wire/seal.hpp"

namespace chatd::wire {

// By partition number, the offset that comes next. A partition that is not there yet has 0.
using Offsets = std::vector<std::int64_t>;

struct Token {
  std::int64_t time_ms = 0;     // of the last record before it, since 1970; tells a log that was made anew
  std::int32_t partition = -1;  // where that record lies, just before the next offset; -1: no record is known
  Offsets next;
};

// `seal` is that of the room's topic; one thread uses one. [one thread] never blocks
void append_token(std::string& out, std::int64_t time_ms, std::int32_t partition, const Offsets& next, Seal& seal,
                  std::string_view room);

// Code::invalid_argument for anything that append_token did not write for this room. [one thread] never blocks
[[nodiscard]] sdk::Result<Token> parse_token(std::string_view bytes, Seal& seal, std::string_view room);

}  // namespace chatd::wire
