#include "host/wire/request.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <google/protobuf/unknown_field_set.h>

#include "chat.pb.h"
#include "chatd/sdk/text.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::wire {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using sdk::Code;
using sdk::Error;
using sdk::fail;
using sdk::text;

struct TextField {
  int number;
  std::string_view name;
};
constexpr TextField connect_texts[]{{4, "Connect.rooms"}};
constexpr TextField history_texts[]{{1, "HistoryRequest.room"}};
constexpr TextField refresh_texts[]{{1, "RefreshRequest.stream"}};
constexpr TextField user_texts[]{{1, "User.id"}, {2, "User.name"}};
constexpr TextField message_texts[]{{1, "Message.id"}, {2, "Message.content"}, {4, "Message.room"}, {5, "Message.message_id"}};

constexpr std::size_t default_history = 50;  // as chat.proto says

std::string not_utf8(const UnknownFieldSet& fields, std::span<const TextField> texts) {
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    const auto known = std::ranges::find(texts, field.number(), &TextField::number);
    if (known == texts.end()) continue;
    if (const auto at = first_invalid_utf8(field.length_delimited())) {
      return text(known->name, " is not UTF-8 (byte ", *at, " of ", field.length_delimited().size(), ")");
    }
  }
  return {};
}

// The generated parser only says no. Off the hot path, this says why.
Error why_unparsable(std::string_view bytes, std::string_view type, std::span<const TextField> texts) {
  UnknownFieldSet fields;
  if (fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    std::string why = not_utf8(fields, texts);
    if (why.empty() && type == "chat.Connect") {
      for (int i = 0; i < fields.field_count() && why.empty(); ++i) {
        const UnknownField& field = fields.field(i);
        UnknownFieldSet user;
        if (field.number() == 1 && field.type() == UnknownField::TYPE_LENGTH_DELIMITED &&
            user.ParseFromString(field.length_delimited())) {
          why = not_utf8(user, user_texts);
        }
      }
    }
    if (!why.empty()) return {Code::invalid_argument, why};
  }
  return {Code::invalid_argument, text("the request is not a ", type, " (", bytes.size(), " bytes)")};
}

std::optional<Error> too_long(std::string_view field, std::size_t size, std::size_t limit) {
  if (size <= limit) return std::nullopt;
  return Error{Code::invalid_argument, text(field, " has ", size, " bytes; the limit is ", limit)};
}

std::optional<Error> wrong_room(std::string_view field, std::string_view room, const Limits& limits) {
  if (auto error = too_long(field, room.size(), limits.room)) return error;
  if (has_control_character(room)) return Error{Code::invalid_argument, text(field, " has a control character; leave it out")};
  return std::nullopt;
}

std::optional<Error> wrong_id(std::string_view field, std::string_view id, const Limits& limits) {
  if (id.empty()) return Error{Code::invalid_argument, text(field, " is empty; say who is speaking")};
  return too_long(field, id.size(), limits.id);
}

}  // namespace

sdk::Result<ConnectRequest> parse_connect(std::string_view bytes, const Limits& limits) {
  chat::Connect connect;
  if (!connect.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::unexpected(why_unparsable(bytes, "chat.Connect", connect_texts));
  }
  if (!connect.has_user()) return fail(Code::invalid_argument, "Connect.user is missing; say who is listening");
  auto& user = *connect.mutable_user();
  if (auto error = wrong_id("User.id", user.id(), limits)) return std::unexpected(*std::move(error));
  if (auto error = too_long("User.name", user.name().size(), limits.name)) return std::unexpected(*std::move(error));
  if (static_cast<std::size_t>(connect.rooms_size()) > limits.rooms_per_stream) {
    return fail(Code::invalid_argument,
                text("Connect.rooms names ", connect.rooms_size(), " rooms; the limit is ", limits.rooms_per_stream));
  }

  if (connect.history() > limits.history_messages) {
    return fail(Code::invalid_argument, text("Connect.history asks for ", connect.history(), " messages; the limit is ",
                                             limits.history_messages, " (limits.history_messages)"));
  }

  ConnectRequest request{std::move(*user.mutable_id()), std::move(*user.mutable_name()), {}, connect.notices(), connect.history(),
                         connect.want_presence()};
  const auto named = [&request](const std::string& room) {
    return std::ranges::find(request.rooms, room, &ConnectRequest::Room::name);
  };
  for (auto& room : *connect.mutable_rooms()) {
    if (auto error = wrong_room("Connect.rooms", room, limits)) return std::unexpected(*std::move(error));
    if (named(room) == request.rooms.end()) request.rooms.push_back({std::move(room), {}});
  }
  for (auto& resume : *connect.mutable_resume()) {
    auto& room = *resume.mutable_room();
    if (auto error = wrong_room("Connect.resume.room", room, limits)) return std::unexpected(*std::move(error));
    if (resume.token().empty()) {
      return fail(Code::invalid_argument,
                  text("Connect.resume has no token for room \"", room, "\"; leave it out to begin with what is live"));
    }
    auto found = named(room);
    if (found == request.rooms.end()) found = request.rooms.insert(found, {std::move(room), {}});
    if (!found->token.empty())
      return fail(Code::invalid_argument, text("Connect.resume names room \"", found->name, "\" more than once; name it once"));
    found->token = std::move(*resume.mutable_token());
  }
  if (request.rooms.empty()) request.rooms.emplace_back();
  if (request.rooms.size() > limits.rooms_per_stream) {
    return fail(Code::invalid_argument, text("Connect.rooms and Connect.resume name ", request.rooms.size(),
                                             " rooms; the limit is ", limits.rooms_per_stream));
  }
  return request;
}

sdk::Result<HistoryRequest> parse_history(std::string_view bytes, const Limits& limits) {
  chat::HistoryRequest asked;
  if (!asked.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::unexpected(why_unparsable(bytes, "chat.HistoryRequest", history_texts));
  }
  if (auto error = wrong_room("HistoryRequest.room", asked.room(), limits)) return std::unexpected(*std::move(error));
  if (auto error = too_long("User.id", asked.user().id().size(), limits.id)) return std::unexpected(*std::move(error));
  if (asked.limit() > limits.history_messages) {
    return fail(Code::invalid_argument, text("HistoryRequest.limit is ", asked.limit(), "; it takes 0 to ",
                                             limits.history_messages, " (limits.history_messages)"));
  }
  HistoryRequest request;
  request.limit = asked.limit() == 0 ? std::min(default_history, limits.history_messages) : asked.limit();
  switch (asked.place_case()) {
    case chat::HistoryRequest::kBefore:
      request.place = HistoryRequest::Place::before;
      request.token = std::move(*asked.mutable_before());
      break;
    case chat::HistoryRequest::kAfter:
      request.place = HistoryRequest::Place::after;
      request.token = std::move(*asked.mutable_after());
      break;
    case chat::HistoryRequest::kSince:
      request.place = HistoryRequest::Place::since;
      request.since = {asked.since().seconds(), asked.since().nanos()};
      if (!valid(request.since)) {
        return fail(Code::invalid_argument, text("HistoryRequest.since (", request.since.seconds, " s, ", request.since.nanos,
                                                 " ns) is no time in the years 0001 to 9999"));
      }
      break;
    case chat::HistoryRequest::PLACE_NOT_SET:
      break;
  }
  request.room = std::move(*asked.mutable_room());
  request.user_id = std::move(*asked.mutable_user()->mutable_id());
  return request;
}

sdk::Result<RefreshRequest> parse_refresh(std::string_view bytes) {
  chat::RefreshRequest asked;
  if (!asked.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::unexpected(why_unparsable(bytes, "chat.RefreshRequest", refresh_texts));
  }
  return RefreshRequest{std::move(*asked.mutable_stream())};
}

sdk::Result<PublishRequest> parse_publish(std::string_view bytes, const Limits& limits) {
  chat::Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::unexpected(why_unparsable(bytes, "chat.Message", message_texts));
  }
  if (auto error = wrong_id("Message.id", message.id(), limits)) return std::unexpected(*std::move(error));
  if (auto error = too_long("Message.content", message.content().size(), limits.content))
    return std::unexpected(*std::move(error));
  if (auto error = too_long("Message.message_id", message.message_id().size(), limits.message_id))
    return std::unexpected(*std::move(error));
  if (auto error = wrong_room("Message.room", message.room(), limits)) return std::unexpected(*std::move(error));

  PublishRequest request;
  if (message.has_timestamp()) {
    request.timestamp = Timestamp{message.timestamp().seconds(), message.timestamp().nanos()};
    if (!valid({0, request.timestamp->nanos})) {
      return fail(Code::invalid_argument,
                  text("Message.timestamp has ", request.timestamp->nanos, " ns; it takes 0 to 999999999"));
    }
    if (!valid(*request.timestamp)) {
      return fail(Code::invalid_argument, text("Message.timestamp (", request.timestamp->seconds, " s, ",
                                               request.timestamp->nanos, " ns) is outside the years 0001 to 9999"));
    }
  }
  request.sender = std::move(*message.mutable_id());
  request.content = std::move(*message.mutable_content());
  request.room = std::move(*message.mutable_room());
  request.message_id = std::move(*message.mutable_message_id());
  return request;
}

}  // namespace chatd::wire
