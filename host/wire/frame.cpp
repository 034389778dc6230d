#include "host/wire/frame.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "chat.pb.h"

namespace chatd::wire {
namespace {

void set(google::protobuf::Timestamp& out, Timestamp time) {
  out.set_seconds(time.seconds);
  out.set_nanos(time.nanos);
}

}  // namespace

FrameEncoder::FrameEncoder() : message_(std::make_unique<chat::Message>()) {}
FrameEncoder::~FrameEncoder() = default;

std::size_t FrameEncoder::measure(const Message& message, std::string_view position) {
  message_->Clear();
  message_->mutable_id()->assign(message.sender);
  message_->mutable_content()->assign(message.content);
  set(*message_->mutable_timestamp(), message.timestamp);
  message_->mutable_room()->assign(message.room);
  message_->mutable_message_id()->assign(message.message_id);
  message_->mutable_position()->assign(position);
  return message_->ByteSizeLong();
}

std::size_t FrameEncoder::measure(const Notice& notice) {
  message_->Clear();
  message_->set_kind(static_cast<chat::Message::Kind>(notice.kind));
  message_->mutable_room()->assign(notice.room);
  message_->mutable_position()->assign(notice.position);
  message_->set_recovered(notice.recovered);
  if (notice.loss) {
    auto& loss = *message_->mutable_loss();
    loss.set_reason(static_cast<chat::Loss::Reason>(notice.loss->reason));
    loss.set_messages(notice.loss->messages);
    if (notice.loss->since) set(*loss.mutable_since(), *notice.loss->since);
  }
  if (notice.presence) {
    auto& change = *message_->mutable_presence();
    const auto name = [](chat::User& out, const PresenceChange::User& user) {
      out.set_id(user.id);
      out.set_name(user.name);
    };
    for (const auto& user : notice.presence->came) name(*change.add_came(), user);
    for (const auto& user : notice.presence->went) name(*change.add_went(), user);
    change.set_users(notice.presence->users);
    change.set_more(notice.presence->more);
  }
  return message_->ByteSizeLong();
}

void FrameEncoder::write(std::uint8_t* out) const { message_->SerializeWithCachedSizesToArray(out); }

std::string encode_position(std::string_view position) {
  chat::Message only;
  only.mutable_position()->assign(position);
  return only.SerializeAsString();
}

std::string encode_resume(std::span<const Place> places) {
  chat::Connect connect;
  for (const auto& [room, token] : places) {
    auto& resume = *connect.add_resume();
    resume.mutable_room()->assign(room);
    resume.set_token(token);
  }
  return connect.SerializeAsString();
}

std::string encode_history(const History& history) {
  chat::HistoryReply rest;
  rest.mutable_earlier()->assign(history.earlier);
  rest.mutable_later()->assign(history.later);
  rest.set_complete(history.complete);
  if (history.looked_to) set(*rest.mutable_looked_to(), *history.looked_to);
  std::string out;
  {
    // Messages are on the wire what they are in a stream: no need to take them apart.
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    for (const auto message : history.messages) {
      coded.WriteTag((chat::HistoryReply::kMessagesFieldNumber << 3) | 2);
      coded.WriteVarint32(static_cast<std::uint32_t>(message.size()));
      coded.WriteRaw(message.data(), static_cast<int>(message.size()));
    }
  }
  rest.AppendToString(&out);
  return out;
}

std::string encode_close(std::string_view message_id, std::string_view topic, sdk::Position position) {
  chat::Close close;
  close.mutable_message_id()->assign(message_id);
  if (position.offset < 0) return close.SerializeAsString();
  auto& at = *close.mutable_position();
  at.mutable_topic()->assign(topic);
  at.set_partition(position.partition);
  at.set_offset(position.offset);
  return close.SerializeAsString();
}

std::string encode_refreshed(std::optional<std::chrono::milliseconds> lasts) {
  chat::RefreshReply reply;
  if (lasts) {
    reply.mutable_lasts()->set_seconds(lasts->count() / 1000);
    reply.mutable_lasts()->set_nanos(static_cast<std::int32_t>(lasts->count() % 1000) * 1'000'000);
  }
  return reply.SerializeAsString();
}

}  // namespace chatd::wire
