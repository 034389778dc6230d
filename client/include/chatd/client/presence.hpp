// Who is in a room, where a user is, and which servers there are.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "chatd/client/message.hpp"

namespace chatd::client {

struct WhoQuery {
  std::string room{};       // empty: the lobby
  std::uint32_t limit = 0;  // users at most; 0: the server's usual number
  std::string page{};       // WhoPage::next of the page before; empty: the first
  std::string about{};      // a user's id: where this user is, whatever the room
};

// A user, whatever the number of connections.
struct Present {
  User user;
  std::uint32_t connections = 0;
  std::vector<std::string> servers;  // where they are; a few when there are many
  std::vector<std::string> rooms;    // when it was asked about this user
};

struct WhoPage {
  std::vector<Present> present;  // by user id
  std::string next;              // of the next page; empty: this was the last
  std::uint64_t users = 0;       // in the room, also those of other pages
  std::uint64_t connections = 0;
};

struct Server {
  std::string id;
  std::uint64_t users = 0;
  std::uint64_t connections = 0;
  bool self = false;        // the one that answers
  bool heartbeats = false;  // false: older than chatd
  std::chrono::milliseconds silent{};
};

struct ServerList {
  std::vector<Server> servers;  // by id
  std::uint64_t users = 0;      // of all together, each once
  std::uint64_t connections = 0;
};

// Who came to a room and who left it; a short break is not told.
struct PresenceChange {
  std::string room;  // empty: the lobby
  std::vector<User> came;
  std::vector<User> went;
  std::uint64_t users = 0;  // there now
  bool more = false;        // others came or went, who are not named
};

}  // namespace chatd::client
