// What travels: a chat message and a connection event, whatever the format.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

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
};

}  // namespace chatd::wire
