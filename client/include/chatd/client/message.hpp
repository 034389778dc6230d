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
  std::string message_id;  // empty: the client makes one; the same id again makes a repeat harmless
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
  std::string position{};  // a token: where the room stands after this message; empty from servers older than chatd
};

// What is known of messages that do not arrive.
struct Loss {
  enum class Reason {
    unknown,
    truncated,  // the server's log no longer has them
    remade,     // the log is not the one that was listened to
    too_far,    // further back than the server reads
    too_slow,   // they were left out because this side did not keep up
  };
  Reason reason = Reason::unknown;
  std::uint64_t messages = 0;        // at most so many, exactly so many when too_slow; 0: not known
  std::optional<sdk::Time> since{};  // when the last message before them was written
};

}  // namespace chatd::client
