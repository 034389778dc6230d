#include "host/hub/outgoing.hpp"

#include <random>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/wire/json.hpp"

namespace chatd::hub {

Outgoing::Outgoing(wire::PublishRequest request, const Topics& topics, sdk::Time now, std::string fallback_id)
    : log_(request.room.empty() ? Log::lobby : Log::rooms),
      topic_(request.room.empty() ? topics.messages : topics.rooms),
      header_{request.message_id.empty() ? made_id_header : message_id_header, {}},
      message_id_(request.message_id.empty() ? std::move(fallback_id) : std::move(request.message_id)),
      time_(now) {
  header_.value = message_id_;
  wire::append_json(value_, {request.sender, request.content, request.timestamp.value_or(wire::timestamp(now)), {}, {}});
  key_ = request.room.empty() ? std::move(request.sender) : std::move(request.room);
}

MessageIds::MessageIds() {
  constexpr std::string_view hex = "0123456789abcdef";
  std::random_device random;
  for (int word = 0; word < 2; ++word) {
    auto bits = random();
    for (int i = 0; i < 8; ++i, bits >>= 4) run_ += hex[bits & 0xf];
  }
}

std::string MessageIds::next() { return sdk::text(run_, '-', ++count_); }

}  // namespace chatd::hub
