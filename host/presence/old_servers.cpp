#include "host/presence/old_servers.hpp"

#include <algorithm>

namespace chatd::presence {
namespace {

constexpr std::int64_t silence_ms = std::chrono::milliseconds(OldServers::silence).count();

std::int64_t ms(sdk::Time time) { return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count(); }

// A time that no server of today has is taken for the nearest that sdk::Time has.
std::int64_t ms(wire::Timestamp time) {
  return std::clamp<std::int64_t>(time.seconds, 0, 9'000'000'000) * 1'000 + time.nanos / 1'000'000;
}

}  // namespace

void OldServers::hear(const wire::ConnectionEvent& event, sdk::Time wall, sdk::Deadline now) {
  const auto at = ms(event.timestamp);
  set(event.server_id, event.user_id, event.connected, at, at, wall, now);
}

void OldServers::hear(const std::vector<wire::OldUser>& users, sdk::Time wall, sdk::Deadline now) {
  for (const auto& user : users) set(user.server_id, user.user_id, true, user.since_ms, user.heard_ms, wall, now);
}

void OldServers::set(const std::string& server_id, const std::string& user_id, bool here, std::int64_t since_ms,
                     std::int64_t heard_ms, sdk::Time wall, sdk::Deadline now) {
  heard_ms = std::min(heard_ms, ms(wall));  // a clock that is ahead does not make a server live longer
  if (heard_ms <= ms(wall) - silence_ms) return;
  auto server = servers_.find(server_id);
  if (server == servers_.end()) {
    if (servers_.size() >= most) return;
    server = servers_.try_emplace(server_id).first;
  }
  auto& [heard, users] = server->second;
  heard = std::max(heard, heard_ms);
  const auto until = now + std::chrono::milliseconds(heard + silence_ms - ms(wall));
  ledger_.refresh(server_id, until);
  auto user = users.find(user_id);
  if (user == users.end()) {
    if (users.size() >= most_users) return;
    user = users.try_emplace(user_id).first;
    user->second.since_ms = since_ms;
  } else if (since_ms < user->second.since_ms) {
    return;  // something newer is known
  }
  auto& known = user->second;
  known.since_ms = since_ms;
  if (known.here == here) return;
  known.here = here;
  if (here) {
    known.number = next_++;
    // Old servers know no rooms but the lobby.
    ledger_.join(server_id, {known.number, since_ms, user_id, {}, {""}}, until, now);
  } else {
    ledger_.leave(server_id, known.number, now);
  }
}

void OldServers::look(sdk::Time wall, sdk::Deadline now) {
  const auto gone = ms(wall) - silence_ms;
  for (auto next = servers_.begin(); next != servers_.end();) {
    const auto at = next++;
    auto& [server_id, server] = *at;
    // Who left is remembered as long as somebody may say that they are here.
    std::erase_if(server.users, [gone](const auto& user) { return !user.second.here && user.second.since_ms <= gone; });
    if (server.heard_ms > gone) continue;
    ledger_.clear(server_id, now);
    servers_.erase(at);
  }
}

std::vector<wire::OldUser> OldServers::users() const {
  std::vector<wire::OldUser> all;
  for (const auto& [server_id, server] : servers_) {
    for (const auto& [user_id, user] : server.users) {
      if (user.here) all.push_back({server_id, user_id, user.since_ms, server.heard_ms});
    }
  }
  return all;
}

std::vector<ServerInfo> OldServers::servers(sdk::Time wall, sdk::Deadline now) const {
  std::vector<ServerInfo> all;
  for (const auto& [server_id, server] : servers_) {
    all.push_back(
        {.server_id = server_id, .heartbeats = false, .heard = now - std::chrono::milliseconds(ms(wall) - server.heard_ms)});
  }
  return all;
}

}  // namespace chatd::presence
