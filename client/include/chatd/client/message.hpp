// What goes between a client and the server, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "chatd/sdk/clock.hpp"

namespace chatd::client {

// Who speaks. The id is what the server knows a person by; the name is what people see.
struct User {
  std::string id;
  std::string name;
};

// A message that is to be published.
struct Draft {
  std::string room;  // empty: the lobby
  std::string content;
  std::string message_id;  // empty: the server makes one; the same id again makes a repeat harmless
};

// Where the broker's log holds a record.
struct RecordPosition {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

// The server has the message safely. Servers older than chatd say no more than that.
struct Receipt {
  std::string message_id;
  std::optional<RecordPosition> position;
};

// A message as it arrived.
struct Message {
  std::string sender;  // user id
  std::string content;
  sdk::Time time;    // the server's; the time of arrival where the server gave none
  std::string room;  // empty: the lobby
  std::string message_id;
};

}  // namespace chatd::client
