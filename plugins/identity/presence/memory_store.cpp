#include "plugins/identity/presence/memory_store.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {
namespace {

// What is looked at to find a user's servers: one with more connections is told with fewer servers than there may be.
constexpr std::size_t most_looked_at = 256;

}  // namespace

template <class Value>
Value& MemoryStore::named(Named<Value>& map, std::string_view name) {
  auto found = map.find(name);
  if (found == map.end()) found = map.emplace(std::string(name), Value{}).first;
  if constexpr (requires(Value value) { value.name; })
    found->second.name = found->first;
  else
    found->second.id = found->first;
  return found->second;
}

void MemoryStore::set_most(std::size_t most) noexcept {
  const std::lock_guard lock(mutex_);
  most_ = most;
}

sdk::Result<> MemoryStore::join(const sdk::Presence& presence, sdk::Deadline until) noexcept {
  const std::lock_guard lock(mutex_);
  if (const auto server = servers_.find(presence.server_id); server != servers_.end()) {
    const auto there = server->second.connections.find(presence.connection);
    if (there != server->second.connections.end()) forget(*there->second);
  }
  if (connections_ >= most_) {
    return sdk::fail(sdk::Code::resource_exhausted,
                     sdk::text("presence has no place for another connection; the limit is ", most_), true);
  }
  ++connections_;
  auto& server = named(servers_, presence.server_id);
  server.until = std::max(server.until, until);
  auto& user = named(users_, presence.user_id);
  auto made = std::make_unique<Connection>();
  auto& connection = *made;
  connection.number = presence.connection;
  connection.server = &server;
  connection.user = &user;
  connection.name = presence.user_name;
  connection.since = presence.since;
  connection.rooms.reserve(presence.rooms.size());
  for (const auto name : presence.rooms) {
    auto& room = named(rooms_, name);
    auto& seat = room.seats[user.id];
    seat.user = &user;
    ++seat.connections;
    ++room.connections;
    connection.rooms.push_back(&room);
  }
  user.connections.push_back(&connection);
  ++server.users[&user];
  server.connections.emplace(presence.connection, std::move(made));
  return {};
}

void MemoryStore::refresh(std::string_view server_id, sdk::Deadline until) noexcept {
  const std::lock_guard lock(mutex_);
  const auto server = servers_.find(server_id);
  if (server != servers_.end()) server->second.until = std::max(server->second.until, until);
}

bool MemoryStore::leave(std::string_view server_id, std::uint64_t connection, sdk::PresenceReader* gone) noexcept {
  const std::lock_guard lock(mutex_);
  const auto server = servers_.find(server_id);
  if (server == servers_.end()) return false;
  const auto found = server->second.connections.find(connection);
  if (found == server->second.connections.end()) return false;
  if (gone) tell(*found->second, *gone);
  forget(*found->second);
  return true;
}

void MemoryStore::clear(std::string_view server_id, sdk::PresenceReader* gone) noexcept {
  const std::lock_guard lock(mutex_);
  const auto server = servers_.find(server_id);
  if (server != servers_.end()) forget_all(server->second, gone);
}

void MemoryStore::expire(sdk::Deadline now, sdk::PresenceReader* gone) noexcept {
  const std::lock_guard lock(mutex_);
  for (auto next = servers_.begin(); next != servers_.end();) {
    auto& server = (next++)->second;  // which may be gone with its last connection
    if (server.until <= now) forget_all(server, gone);
  }
}

void MemoryStore::in_room(std::string_view room, std::string_view after, std::size_t limit,
                          sdk::PresentUserReader& reader) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  const auto& seats = found->second.seats;
  auto seat = after.empty() ? seats.begin() : seats.upper_bound(after);
  for (; seat != seats.end() && limit > 0; ++seat, --limit) tell(found->second, seat->second, reader);
}

void MemoryStore::of_user(std::string_view user_id, std::size_t limit, sdk::PresenceReader& reader) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto user = users_.find(user_id);
  if (user == users_.end()) return;
  for (const auto* connection : user->second.connections) {
    if (limit-- == 0) return;
    tell(*connection, reader);
  }
}

void MemoryStore::of_server(std::string_view server_id, std::uint64_t after, std::size_t limit,
                            sdk::PresenceReader& reader) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto server = servers_.find(server_id);
  if (server == servers_.end()) return;
  const auto& all = server->second.connections;
  for (auto next = all.upper_bound(after); next != all.end() && limit > 0; ++next, --limit) tell(*next->second, reader);
}

std::size_t MemoryStore::present(std::string_view room, std::string_view user_id) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return 0;
  const auto seat = found->second.seats.find(user_id);
  return seat == found->second.seats.end() ? 0 : seat->second.connections;
}

sdk::PresenceCounts MemoryStore::room_counts(std::string_view room) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return {};
  return {found->second.seats.size(), found->second.connections};
}

sdk::PresenceCounts MemoryStore::server_counts(std::string_view server_id) const noexcept {
  const std::lock_guard lock(mutex_);
  const auto server = servers_.find(server_id);
  if (server == servers_.end()) return {};
  return {server->second.users.size(), server->second.connections.size()};
}

sdk::PresenceCounts MemoryStore::counts() const noexcept {
  const std::lock_guard lock(mutex_);
  return {users_.size(), connections_};
}

// And what was there for it alone: the room, the user, the server.
void MemoryStore::forget(Connection& connection) noexcept {
  --connections_;
  auto& user = *connection.user;
  auto& server = *connection.server;
  for (auto* const room : connection.rooms) {
    --room->connections;
    const auto seat = room->seats.find(user.id);
    if (--seat->second.connections == 0) room->seats.erase(seat);
    if (room->seats.empty()) rooms_.erase(rooms_.find(room->name));
  }
  const auto here = server.users.find(&user);
  if (--here->second == 0) server.users.erase(here);
  user.connections.erase(std::ranges::find(user.connections, &connection));
  if (user.connections.empty()) users_.erase(users_.find(user.id));
  server.connections.erase(connection.number);
  if (server.connections.empty()) servers_.erase(servers_.find(server.id));
}

void MemoryStore::forget_all(Server& server, sdk::PresenceReader* gone) noexcept {
  if (gone) {
    for (const auto& [number, connection] : server.connections) tell(*connection, *gone);
  }
  for (auto left = server.connections.size(); left > 0; --left) forget(*server.connections.begin()->second);
}

void MemoryStore::tell(const Connection& connection, sdk::PresenceReader& reader) noexcept {
  std::vector<std::string_view> rooms;
  rooms.reserve(connection.rooms.size());
  for (const auto* room : connection.rooms) rooms.push_back(room->name);
  reader.take({connection.server->id, connection.number, connection.user->id, connection.name, rooms, connection.since});
}

void MemoryStore::tell(const Room& room, const Seat& seat, sdk::PresentUserReader& reader) noexcept {
  std::vector<std::string_view> servers;
  std::string_view name;
  std::size_t looked_at = 0;
  for (const auto* connection : seat.user->connections) {
    if (++looked_at > most_looked_at || servers.size() == sdk::PresentUser::most_servers) break;
    if (std::ranges::find(connection->rooms, &room) == connection->rooms.end()) continue;
    if (name.empty()) name = connection->name;
    if (std::ranges::find(servers, connection->server->id) == servers.end()) servers.push_back(connection->server->id);
  }
  reader.take({seat.user->id, name, seat.connections, servers});
}

}  // namespace chatd::identity
