// The JSON of the broker's records, byte for byte as the Go server writes it (Go's encoding/json with HTML escaping).
// A record of a chat message holds sender, content and time; room and message id travel as key and header.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "host/wire/message.hpp"

namespace chatd::wire {

// The record header of a connection event whose host tells more in the hosts' topic (host_record.hpp). Old servers ignore it.
inline constexpr std::string_view host_header = "chatd-host";

// {"id":"alice","content":"hello","timestamp":"...","user_id":"alice"}, appended to `out`.
// REQUIRES: valid UTF-8, valid(message.timestamp). [any] never blocks
void append_json(std::string& out, const Message& message);

// {"user_id":"alice","server_id":"...","connected":true,"timestamp":"..."}, appended to `out`.
// REQUIRES: as above. [any] never blocks
void append_json(std::string& out, const ConnectionEvent& event);

// {"kind":"heartbeat","server_id":"...","streams":12,"timestamp":"..."}, appended to `out`; kind is "heartbeat" or "leaving".
// With a run: "run":1,"seq":2,"interval_ms":5000 too.
// REQUIRES: as above. [any] never blocks
void append_json(std::string& out, const HostEvent& event);

// Reads record values. Keeps its buffers from one value to the next, so that a decoded message costs no allocation.
class MessageDecoder {
 public:
  MessageDecoder();
  ~MessageDecoder();

  // Any legal JSON object (its numbers within a double's range) that has `content` and one of `id` (which wins) and `user_id`;
  // unknown members are passed over, a null is a member that is not there. Without `timestamp` the message gets `fallback`, the
  // record's own time. The views are valid until the next call. Anything else is Code::invalid_argument with the reason.
  // [one thread] never blocks
  [[nodiscard]] sdk::Result<Message> decode(std::string_view value, Timestamp fallback);

 private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
  std::string id_, user_id_, content_, timestamp_;
};

// [any] never blocks
[[nodiscard]] sdk::Result<ConnectionEvent> decode_connection_event(std::string_view value);

}  // namespace chatd::wire
