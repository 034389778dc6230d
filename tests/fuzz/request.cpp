// The requests of chat.Broadcast: whatever bytes a client sent.
#include "host/wire/request.hpp"

#include <algorithm>
#include <string>

#include <google/protobuf/stubs/logging.h>

#include "chat.pb.h"
#include "host/wire/json.hpp"
#include "host/wire/presence.hpp"
#include "host/wire/utf8.hpp"
#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it writes a line for each text that is not UTF-8
  return 0;
}

namespace {

void must_be_text(std::string_view text, std::size_t limit) {
  must(text.size() <= limit, "a text is within its limit");
  must(!wire::first_invalid_utf8(text), "a text is UTF-8");
}

void must_be_room(std::string_view room, const wire::Limits& limits) {
  must_be_text(room, limits.room);
  must(!wire::has_control_character(room), "a room has no control character");
}

void connect(std::string_view bytes, const wire::Limits& limits) {
  const auto request = wire::parse_connect(bytes, limits);
  if (!request) return must_be_refusal(request.error());
  must(!request->user_id.empty(), "a stream is somebody's");
  must_be_text(request->user_id, limits.id);
  must_be_text(request->user_name, limits.name);
  must(!request->rooms.empty() && request->rooms.size() <= std::max<std::size_t>(1, limits.rooms_per_stream), "it has rooms");
  for (const auto& room : request->rooms) {
    must_be_room(room.name, limits);
    must(std::ranges::count(request->rooms, room.name, &wire::ConnectRequest::Room::name) == 1, "no room twice");
  }
  must(request->history <= limits.history_messages, "history is within its limit");

  chat::Connect same;
  same.mutable_user()->set_id(request->user_id);
  same.mutable_user()->set_name(request->user_name);
  for (const auto& [name, token] : request->rooms) {
    same.add_rooms(name);
    if (token.empty()) continue;
    auto& resume = *same.add_resume();
    resume.set_room(name);
    resume.set_token(token);
  }
  same.set_notices(request->notices);
  same.set_history(static_cast<std::uint32_t>(request->history));
  const auto again = wire::parse_connect(same.SerializeAsString(), limits);
  must(again.has_value(), "what was parsed is a request");
  must(again->user_id == request->user_id && again->user_name == request->user_name && again->rooms == request->rooms &&
           again->notices == request->notices && again->history == request->history,
       "and the same");
}

void history(std::string_view bytes, const wire::Limits& limits) {
  const auto request = wire::parse_history(bytes, limits);
  if (!request) return must_be_refusal(request.error());
  must_be_room(request->room, limits);
  must(request->limit >= 1 && request->limit <= limits.history_messages, "a limit is within its limit");
  must(request->place != wire::HistoryRequest::Place::since || valid(request->since), "a time is one");
}

void who(std::string_view bytes, const wire::Limits& limits) {
  if (const auto servers = wire::parse_servers(bytes, limits); !servers) must_be_refusal(servers.error());
  const auto request = wire::parse_who(bytes, limits);
  if (!request) return must_be_refusal(request.error());
  must_be_room(request->room, limits);
  must(request->limit >= 1, "somebody is asked for");
}

void publish(std::string_view bytes, const wire::Limits& limits) {
  const auto request = wire::parse_publish(bytes, limits);
  if (!request) return must_be_refusal(request.error());
  must(!request->sender.empty(), "a message is somebody's");
  must_be_text(request->sender, limits.id);
  must_be_text(request->content, limits.content);
  must_be_text(request->message_id, limits.message_id);
  must_be_room(request->room, limits);
  must(!request->timestamp || valid(*request->timestamp), "a time can be written");

  std::string record;
  append_json(record, wire::Message{request->sender, request->content, request->timestamp.value_or(wire::Timestamp{}), {}, {}});
  wire::MessageDecoder decoder;
  const auto message = decoder.decode(record, {7, 7});
  must(message.has_value(), "an accepted publish becomes a record that is read");
  must(message->sender == request->sender && message->content == request->content &&
           message->timestamp == request->timestamp.value_or(wire::Timestamp{}),
       "as it was");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr wire::Limits narrow{
      .content = 16, .id = 8, .name = 8, .message_id = 4, .room = 4, .rooms_per_stream = 2, .history_messages = 3};
  for (const auto& limits : {wire::Limits{}, narrow}) {
    connect(view(data, size), limits);
    publish(view(data, size), limits);
    history(view(data, size), limits);
    who(view(data, size), limits);
  }
  if (const auto refresh = wire::parse_refresh(view(data, size)); !refresh) must_be_refusal(refresh.error());
  return 0;
}
