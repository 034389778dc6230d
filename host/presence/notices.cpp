#include "host/presence/notices.hpp"

#include <algorithm>

namespace chatd::presence {

void Notices::watch(std::uint64_t connection, std::vector<std::string> rooms) {
  const auto [at, fresh] = watchers_.try_emplace(connection, std::move(rooms));
  if (!fresh) return;
  for (const auto& room : at->second) ++rooms_[room].watchers;
}

void Notices::unwatch(std::uint64_t connection) noexcept {
  const auto watcher = watchers_.find(connection);
  if (watcher == watchers_.end()) return;
  for (const auto& name : watcher->second) {
    const auto room = rooms_.find(name);
    if (--room->second.watchers == 0) rooms_.erase(room);
  }
  watchers_.erase(watcher);
}

void Notices::came(std::string_view room, std::string_view user_id, std::string_view user_name, sdk::Deadline now) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  const auto away = found->second.away.find(user_id);
  if (away != found->second.away.end()) {  // a break that nobody saw
    found->second.away.erase(away);
    return;
  }
  add(found->second, found->second.change.came, {std::string(user_id), std::string(user_name)}, now);
}

void Notices::went(std::string_view room, std::string_view user_id, std::string_view user_name, sdk::Deadline now) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  auto& [watchers, away, order, change, tell] = found->second;
  if (away.size() >= most_away) {
    change.more = true;
    if (!tell) tell = now + moment;
    return;
  }
  const auto due = now + settle_;
  away.insert_or_assign(std::string(user_id), Away{{std::string(user_id), std::string(user_name)}, due});
  order.emplace_back(due, std::string(user_id));
}

void Notices::add(Room& room, std::vector<User>& users, User user, sdk::Deadline now) {
  if (users.size() < most_named)
    users.push_back(std::move(user));
  else
    room.change.more = true;
  if (!room.tell) room.tell = now + moment;
}

std::vector<Notices::Due> Notices::due(sdk::Deadline now) {
  std::vector<Due> all;
  for (auto& [name, room] : rooms_) {
    while (!room.order.empty() && room.order.front().first <= now) {
      const auto [due, user_id] = std::move(room.order.front());
      room.order.pop_front();
      const auto away = room.away.find(user_id);
      if (away == room.away.end() || away->second.due != due) continue;  // came back, and may have gone again
      add(room, room.change.went, std::move(away->second.user), now);
      room.away.erase(away);
    }
    if (!room.tell || *room.tell > now) continue;
    room.tell.reset();
    all.push_back({name, std::exchange(room.change, {})});
  }
  return all;
}

std::optional<sdk::Deadline> Notices::next() const noexcept {
  std::optional<sdk::Deadline> soonest;
  const auto consider = [&soonest](sdk::Deadline time) {
    if (!soonest || time < *soonest) soonest = time;
  };
  for (const auto& [name, room] : rooms_) {
    if (room.tell) consider(*room.tell);
    if (!room.order.empty()) consider(room.order.front().first);
  }
  return soonest;
}

}  // namespace chatd::presence
