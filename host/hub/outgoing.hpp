// Outgoing: a checked publish as a record of the broker, and which topic it belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/record.hpp"
#include "host/hub/log.hpp"
#include "host/wire/request.hpp"

namespace chatd::hub {

// The record headers that carry a message's id: one that its sender chose, so that a repeat is known, or one that we made. Old
// servers ignore both.
inline constexpr std::string_view message_id_header = "chatd-message-id";
inline constexpr std::string_view made_id_header = "chatd-made-id";

// Names from chat.toml's [broker].
struct Topics {
  std::string messages;     // the lobby; key: sender
  std::string connections;  // connection events; key: user id
  std::string rooms;        // named rooms; key: room
};

// Owns the bytes of one record until the broker has answered.
class Outgoing {
 public:
  // `topics` must outlive it. An empty message id becomes `fallback_id`. [any] never blocks
  Outgoing(wire::PublishRequest request, const Topics& topics, sdk::Time now, std::string fallback_id);
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  // Valid as long as this. [any] never blocks
  [[nodiscard]] std::string_view topic() const noexcept { return topic_; }
  [[nodiscard]] Log log() const noexcept { return log_; }
  [[nodiscard]] std::string_view message_id() const noexcept { return message_id_; }
  // Whether the sender chose the id, so that this may be a repeat.
  [[nodiscard]] bool may_repeat() const noexcept { return header_.name == message_id_header; }
  [[nodiscard]] sdk::Record record() const noexcept { return {key_, value_, {&header_, 1}, time_}; }

 private:
  Log log_;
  std::string_view topic_;
  std::string key_;
  std::string value_;
  sdk::Header header_;
  std::string message_id_;
  sdk::Time time_;
};

// Ids for messages whose sender chose none: unique over hosts and restarts. Not thread-safe.
class MessageIds {
 public:
  MessageIds();
  // "5f1d3c0a9b7e2d46-1". [queue] never blocks
  [[nodiscard]] std::string next();

 private:
  std::string run_;  // 64 random bits of this process, in hex
  std::uint64_t count_ = 0;
};

}  // namespace chatd::hub
