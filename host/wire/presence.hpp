// What Who and Servers are asked and answer: checked requests, and the bytes of the answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "host/wire/request.hpp"
#include "host/wire/timestamp.hpp"

namespace chat {
class WhoReply;
class ServersReply;
}  // namespace chat

namespace chatd::wire {

// chat.WhoRequest.
struct WhoRequest {
  std::string room;       // empty: the lobby
  std::string about;      // this user only, in all rooms; empty: all users of the room
  std::string after;      // the user id that the page before ended with; empty: the first page
  std::size_t limit = 0;  // at least 1
  std::string user_id;    // who asks; may be empty
};

// Refusals are Code::invalid_argument, as those of request.hpp. [any] never blocks
[[nodiscard]] sdk::Result<WhoRequest> parse_who(std::string_view bytes, const Limits& limits);
// Who asks for the servers; may be empty. [any] never blocks
[[nodiscard]] sdk::Result<std::string> parse_servers(std::string_view bytes, const Limits& limits);

// chat.WhoReply, user by user. [one thread]
class WhoAnswer {
 public:
  WhoAnswer();
  ~WhoAnswer();

  // never blocks
  void add(std::string_view user_id, std::string_view user_name, std::size_t connections,
           std::span<const std::string_view> servers, std::span<const std::string> rooms = {});
  [[nodiscard]] std::size_t size() const noexcept;  // users
  void set_counts(std::size_t users, std::size_t connections);
  // There is more after the last user.
  void set_more();
  [[nodiscard]] std::string bytes() const;

 private:
  std::unique_ptr<chat::WhoReply> reply_;
};

// chat.ServersReply, server by server. [one thread]
class ServersAnswer {
 public:
  ServersAnswer();
  ~ServersAnswer();

  // never blocks
  void add(std::string_view server_id, std::size_t users, std::size_t connections, bool self, bool heartbeats,
           std::chrono::milliseconds silent);
  void set_counts(std::size_t users, std::size_t connections);
  [[nodiscard]] std::string bytes() const;

 private:
  std::unique_ptr<chat::ServersReply> reply_;
};

}  // namespace chatd::wire
