// A record of the log as the message that it is, or why it is none.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "chatd/sdk/record.hpp"
#include "host/hub/log.hpp"
#include "host/wire/json.hpp"
#include "host/wire/message.hpp"

namespace chatd::hub {

// A record with more in key and value is passed over: its frame might be over the 4 MiB that gRPC's clients take by default, and
// would end the stream of everybody in the room. Room is left for the message id and the position.
inline constexpr std::size_t most_record_bytes = 4 * 1024 * 1024 - 64 * 1024;

struct StoredMessage {
  wire::Message message;   // views into the record and the decoder
  bool chosen_id = false;  // its id is its sender's, so that it may be a repeat
};

struct Unread {
  enum class Kind : std::uint8_t { no_message, too_large };
  Kind kind = Kind::no_message;
  std::string why;
};

// The views are valid until the decoder's next call, and as long as the record. [one thread] never blocks
[[nodiscard]] std::expected<StoredMessage, Unread> read_message(Log log, const sdk::StoredRecord& stored,
                                                                wire::MessageDecoder& decoder);

// Of its record, since 1970. [any] never blocks
[[nodiscard]] std::int64_t time_ms(const sdk::StoredRecord& stored) noexcept;

}  // namespace chatd::hub
