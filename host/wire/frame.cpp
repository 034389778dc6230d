#include "host/wire/frame.hpp"

#include "chat.pb.h"

namespace chatd::wire {

FrameEncoder::FrameEncoder() : message_(std::make_unique<chat::Message>()) {}
FrameEncoder::~FrameEncoder() = default;

std::size_t FrameEncoder::measure(const Message& message, std::string_view position) {
  message_->Clear();
  message_->mutable_id()->assign(message.sender);
  message_->mutable_content()->assign(message.content);
  message_->mutable_timestamp()->set_seconds(message.timestamp.seconds);
  message_->mutable_timestamp()->set_nanos(message.timestamp.nanos);
  message_->mutable_room()->assign(message.room);
  message_->mutable_message_id()->assign(message.message_id);
  message_->mutable_position()->assign(position);
  return message_->ByteSizeLong();
}

std::size_t FrameEncoder::measure_subscribed(std::string_view room) {
  message_->Clear();
  message_->set_kind(chat::Message::SUBSCRIBED);
  message_->mutable_room()->assign(room);
  return message_->ByteSizeLong();
}

void FrameEncoder::write(std::uint8_t* out) const { message_->SerializeWithCachedSizesToArray(out); }

std::string encode_close(std::string_view message_id, std::string_view topic, sdk::Position position) {
  chat::Close close;
  close.mutable_message_id()->assign(message_id);
  auto& at = *close.mutable_position();
  at.mutable_topic()->assign(topic);
  at.set_partition(position.partition);
  at.set_offset(position.offset);
  return close.SerializeAsString();
}

}  // namespace chatd::wire
