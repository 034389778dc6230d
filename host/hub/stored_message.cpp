#include "host/hub/stored_message.hpp"

#include <chrono>

#include "chatd/sdk/text.hpp"
#include "host/hub/outgoing.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::hub {

std::expected<StoredMessage, Unread> read_message(Log log, const sdk::StoredRecord& stored, wire::MessageDecoder& decoder) {
  const auto& record = stored.record;
  if (const auto bytes = record.key.size() + record.value.size(); bytes > most_record_bytes) {
    return std::unexpected(
        Unread{Unread::Kind::too_large, sdk::text(bytes, " bytes, over the ", most_record_bytes, " that clients take")});
  }
  auto message = decoder.decode(record.value, wire::timestamp(record.timestamp));
  if (!message) return std::unexpected(Unread{Unread::Kind::no_message, std::move(message.error().text)});
  StoredMessage read{*message, false};
  if (log == Log::rooms) {
    if (record.key.empty() || wire::first_invalid_utf8(record.key))
      return std::unexpected(Unread{Unread::Kind::no_message, "the key is no room"});
    read.message.room = record.key;
  }
  for (const auto& header : record.headers) {
    const bool chosen = header.name == message_id_header;
    if ((!chosen && header.name != made_id_header) || wire::first_invalid_utf8(header.value)) continue;
    read.message.message_id = header.value;
    read.chosen_id = chosen;
  }
  return read;
}

std::int64_t time_ms(const sdk::StoredRecord& stored) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(stored.record.timestamp.time_since_epoch()).count();
}

}  // namespace chatd::hub
