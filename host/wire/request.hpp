// What clients ask: the requests of chat.Broadcast, parsed and checked. Every refusal is Code::invalid_argument and names the
// field, what was found and the limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "host/wire/timestamp.hpp"

namespace chatd::wire {

// In bytes but for the last three; chat.toml's [limits] says what each is for.
struct Limits {
  std::size_t content = 65'536;
  std::size_t id = 256;
  std::size_t name = 256;
  std::size_t message_id = 128;
  std::size_t room = 128;
  std::size_t rooms_per_stream = 64;
  std::size_t history_messages = 1'000;
  std::size_t who_users = 1'000;
};

// chat.Connect. No room twice; never none: a request without rooms asks for the lobby, "".
struct ConnectRequest {
  struct Room {
    std::string name;
    std::string token;  // where to go on; empty: a room that is not resumed
    friend bool operator==(const Room&, const Room&) = default;
  };
  std::string user_id;
  std::string user_name;
  std::vector<Room> rooms;
  bool notices = false;
  std::size_t history = 0;  // messages
  bool presence = false;
};

// chat.HistoryRequest.
struct HistoryRequest {
  enum class Place : std::uint8_t { newest, before, after, since };
  std::string room;
  Place place = Place::newest;
  std::string token;  // of `before` and `after`
  Timestamp since;
  std::size_t limit = 0;  // at least 1
  std::string user_id;    // may be empty
};

// chat.Message as a publish.
struct PublishRequest {
  std::string sender;
  std::string content;
  std::optional<Timestamp> timestamp;
  std::string room;        // empty: the lobby
  std::string message_id;  // empty: none was chosen
};

// chat.RefreshRequest.
struct RefreshRequest {
  std::string stream;
};

// [any] never blocks
[[nodiscard]] sdk::Result<ConnectRequest> parse_connect(std::string_view bytes, const Limits& limits);
[[nodiscard]] sdk::Result<PublishRequest> parse_publish(std::string_view bytes, const Limits& limits);
[[nodiscard]] sdk::Result<HistoryRequest> parse_history(std::string_view bytes, const Limits& limits);
[[nodiscard]] sdk::Result<RefreshRequest> parse_refresh(std::string_view bytes);

}  // namespace chatd::wire
