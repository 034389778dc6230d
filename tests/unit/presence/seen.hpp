// What a store tells, as lines that a test can compare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/presence.hpp"

namespace chatd::presence {

using Lines = std::vector<std::string>;

// "host-1/7 alice (Alice) lobby,red"
class SeenConnections final : public sdk::PresenceReader {
 public:
  void take(const sdk::Presence& one) noexcept override {
    std::string line = std::string(one.server_id) + "/" + std::to_string(one.connection) + " " + std::string(one.user_id);
    if (!one.user_name.empty()) line += " (" + std::string(one.user_name) + ")";
    for (std::size_t i = 0; i < one.rooms.size(); ++i)
      line += (i == 0 ? " " : ",") + (one.rooms[i].empty() ? "lobby" : std::string(one.rooms[i]));
    lines.push_back(std::move(line));
  }
  Lines lines;
};

// "alice 2 host-1,host-2"
class SeenUsers final : public sdk::PresentUserReader {
 public:
  void take(const sdk::PresentUser& user) noexcept override {
    std::string line = std::string(user.user_id) + " " + std::to_string(user.connections) + " ";
    for (std::size_t i = 0; i < user.servers.size(); ++i) line += (i == 0 ? "" : ",") + std::string(user.servers[i]);
    lines.push_back(std::move(line));
  }
  Lines lines;
};

inline Lines in_room(const sdk::PresenceStore& store, std::string_view room, std::string_view after = {},
                     std::size_t limit = 1'000) {
  SeenUsers seen;
  store.in_room(room, after, limit, seen);
  return seen.lines;
}

inline Lines of_user(const sdk::PresenceStore& store, std::string_view user, std::size_t limit = 1'000) {
  SeenConnections seen;
  store.of_user(user, limit, seen);
  return seen.lines;
}

inline Lines of_server(const sdk::PresenceStore& store, std::string_view server, std::uint64_t after = 0,
                       std::size_t limit = 1'000) {
  SeenConnections seen;
  store.of_server(server, after, limit, seen);
  return seen.lines;
}

}  // namespace chatd::presence
