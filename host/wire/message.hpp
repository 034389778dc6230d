// What travels: a chat message and a connection event, whatever the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/wire/timestamp.hpp"

namespace chatd::wire {

// A chat message; the views belong to whoever made it.
struct Message {
  std::string_view sender;  // user id; never empty
  std::string_view content;
  Timestamp timestamp;
  std::string_view room;        // empty: the lobby
  std::string_view message_id;  // empty: none
};

// What is known of messages that a stream does not get.
struct Loss {
  enum class Reason : std::uint8_t {  // the numbers of chat.Loss
    unknown = 0,
    truncated = 1,
    remade = 2,
    too_far = 3,
    too_slow = 4,
  };
  Reason reason = Reason::unknown;
  std::uint64_t messages = 0;
  std::optional<Timestamp> since;
};

// Who came to a room and who left it.
struct PresenceChange {
  struct User {
    std::string id;
    std::string name;
    friend bool operator==(const User&, const User&) = default;
  };
  std::vector<User> came;
  std::vector<User> went;
  std::uint64_t users = 0;  // that are there now
  bool more = false;        // there were others, who are not named
};

// A frame that is no message.
struct Notice {
  enum class Kind : std::uint8_t { subscribed = 1, gap = 2, move = 3, position = 4, presence = 5 };  // of chat.Message
  Kind kind = Kind::subscribed;
  std::string_view room;
  std::string_view position;  // token; empty: none
  bool recovered = false;
  std::optional<Loss> loss;
  const PresenceChange* presence = nullptr;  // of that kind
};

// A user's stream was opened on, or has left, a server.
struct ConnectionEvent {
  std::string user_id;
  std::string server_id;
  bool connected = false;
  Timestamp timestamp;
};

// A host is alive, or says that it goes.
struct HostEvent {
  enum class Kind { heartbeat, leaving };
  Kind kind = Kind::heartbeat;
  std::string_view server_id;
  std::size_t streams = 0;  // open on it
  Timestamp timestamp;
  // Of a host that tells who is with it (host_record.hpp); others have run 0, and none of these is written.
  std::uint64_t run = 0;
  std::uint64_t seq = 0;         // its last change that is in the topic
  std::int64_t interval_ms = 0;  // of its heartbeats
};

}  // namespace chatd::wire
