// The protobuf bytes of chat.Message and chat.Close as they go to clients, without any transport's framing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "chatd/sdk/record.hpp"
#include "host/wire/message.hpp"

namespace chat {
class Message;
}

namespace chatd::wire {

// Encodes frames one after another, in two steps so that the caller can bring memory of the right size. [one thread]
class FrameEncoder {
 public:
  FrameEncoder();
  ~FrameEncoder();

  // Prepares a message and returns its size in bytes. never blocks
  [[nodiscard]] std::size_t measure(const Message& message, std::string_view position);
  // Prepares a notice. never blocks
  [[nodiscard]] std::size_t measure(const Notice& notice);
  // Writes what was measured last to exactly that many bytes. never blocks
  void write(std::uint8_t* out) const;

 private:
  std::unique_ptr<chat::Message> message_;  // kept: its strings' memory is used again
};

// Of an encoded message, the bytes that give it another position when they are appended: of a field that comes twice, the last
// counts. [any] never blocks
[[nodiscard]] std::string encode_position(std::string_view position);

// Where a stream stands in a room.
struct Place {
  std::string_view room;  // empty: the lobby
  std::string token;
};
// A Connect that resumes from these places and says nothing else. [any] never blocks
[[nodiscard]] std::string encode_resume(std::span<const Place> places);

// What History answers; `messages` are encoded already.
struct History {
  std::span<const std::string_view> messages;
  std::string_view earlier;
  std::string_view later;
  bool complete = true;
  std::optional<Timestamp> looked_to;
};
// [any] never blocks
[[nodiscard]] std::string encode_history(const History& history);

// A publish's answer; without a position when the offset is below zero. [any] never blocks
[[nodiscard]] std::string encode_close(std::string_view message_id, std::string_view topic, sdk::Position position);

// A Refresh's answer. [any] never blocks
[[nodiscard]] std::string encode_refreshed(std::optional<std::chrono::milliseconds> lasts);

}  // namespace chatd::wire
