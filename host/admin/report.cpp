#include "host/admin/report.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

#include "host/hub/slowest.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::admin {
namespace {

v1::RoomLag::Policy policy(hub::Slow slow) {
  switch (slow) {
    case hub::Slow::skip:
      return v1::RoomLag::SKIP;
    case hub::Slow::catch_up:
      return v1::RoomLag::CATCH_UP;
    case hub::Slow::disconnect:
      break;
  }
  return v1::RoomLag::DISCONNECT;
}

void set(google::protobuf::Timestamp& out, sdk::Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  out.set_seconds(seconds.time_since_epoch().count());
  out.set_nanos(static_cast<std::int32_t>((time - seconds).count()));
}

// The first `limit` by this order; the rest goes.
template <class One, class Before>
void keep_first(std::vector<One>& all, std::size_t limit, Before before) {
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(limit, all.size()));
  std::ranges::partial_sort(all, end, before);
  all.erase(end, all.end());
}

bool is_in(const hub::Session& session, const std::string& room) {
  return std::ranges::any_of(session.memberships, [&](const auto& membership) { return membership.room->name == room; });
}

}  // namespace

v1::SlowClientsReply slow_clients(const hub::Hub& hub, std::size_t limit, sdk::Time now) {
  const auto slow = hub::slowest(hub, limit, now);
  v1::SlowClientsReply reply;
  reply.set_behind(slow.behind);
  for (const auto& one : slow.sessions) {
    auto& client = *reply.add_clients();
    client.set_user_id(one.session->user_id);
    client.set_connection_id(one.session->id);
    client.set_peer(one.session->outlet->origin().peer);
    for (const auto& lag : one.lags) {
      auto& room = *client.add_rooms();
      room.set_room(lag.room->name);
      room.set_messages(lag.messages);
      room.set_bytes(lag.bytes);
      room.set_ms(lag.ms);
      room.set_policy(policy(lag.room->slow()));
    }
  }
  return reply;
}

v1::SessionsReply sessions(const hub::Hub& hub, const SessionsAsked& asked, sdk::Time now) {
  std::vector<const hub::Session*> found;
  hub.for_each_session([&](const hub::Session& session) {
    if (session.over || (!asked.user_id.empty() && session.user_id != asked.user_id)) return;
    if (!asked.room || is_in(session, *asked.room)) found.push_back(&session);
  });
  v1::SessionsReply reply;
  reply.set_total(found.size());
  keep_first(found, asked.limit, [](const auto* left, const auto* right) { return left->id < right->id; });
  for (const auto* session : found) {
    const auto origin = session->outlet->origin();
    auto& out = *reply.add_sessions();
    out.set_user_id(session->user_id);
    out.set_connection_id(session->id);
    out.set_stream(origin.stream);
    // What a plugin calls it need not be text.
    if (!wire::first_invalid_utf8(origin.token_id)) out.set_token_id(origin.token_id);
    out.set_peer(origin.peer);
    set(*out.mutable_since(), origin.since);
    for (const auto& membership : session->memberships) out.add_rooms(membership.room->name);
    std::uint64_t messages = 0, bytes = 0, ms = 0;
    for (const auto& lag : hub::lags(*session, now)) {
      messages += lag.messages;
      bytes += lag.bytes;
      ms = std::max(ms, lag.ms);
    }
    out.set_behind_messages(messages);
    out.set_behind_bytes(bytes);
    out.set_behind_ms(ms);
  }
  return reply;
}

v1::RoomsReply rooms(const hub::Hub& hub, std::size_t limit) {
  std::vector<const hub::Room*> found;
  hub.for_each_room([&](const hub::Room& room) { found.push_back(&room); });
  v1::RoomsReply reply;
  reply.set_total(found.size());
  keep_first(found, limit, [](const auto* left, const auto* right) {
    return std::tuple(right->members.size(), std::string_view(left->name)) <
           std::tuple(left->members.size(), std::string_view(right->name));
  });
  for (const auto* room : found) {
    auto& out = *reply.add_rooms();
    out.set_name(room->name);
    out.set_readers(room->members.size());
    out.set_messages(room->ring.head() - room->ring.tail());
    out.set_bytes(room->ring.bytes());
  }
  return reply;
}

v1::Ban ban(const access::Ban& ban) {
  v1::Ban out;
  if (ban.of == access::Ban::Of::user)
    out.set_user_id(ban.id);
  else
    out.set_token_id(ban.id);
  set(*out.mutable_since(), sdk::Time(std::chrono::milliseconds(ban.since_ms)));
  if (ban.until_ms != 0) set(*out.mutable_until(), sdk::Time(std::chrono::milliseconds(ban.until_ms)));
  out.set_reason(ban.reason);
  return out;
}

v1::BansReply bans(const access::Bans& bans, std::size_t limit, sdk::Time now) {
  auto found = bans.in_force(now);
  v1::BansReply reply;
  reply.set_total(found.size());
  reply.set_most(bans.most());
  keep_first(found, limit, [](const auto* left, const auto* right) {
    return std::tuple(right->since_ms, std::string_view(left->id)) < std::tuple(left->since_ms, std::string_view(right->id));
  });
  for (const auto* one : found) *reply.add_bans() = ban(*one);
  return reply;
}

v1::ServersReply servers(const presence::Presence& presence) {
  v1::ServersReply reply;
  const auto& store = presence.store();
  const auto now = std::chrono::steady_clock::now();
  for (const auto& server : presence.servers()) {
    const auto counts = store.server_counts(server.server_id);
    auto& out = *reply.add_servers();
    out.set_server_id(server.server_id);
    out.set_self(server.self);
    out.set_users(counts.users);
    out.set_connections(counts.connections);
    out.set_heartbeats(server.heartbeats);
    const auto silent = std::chrono::floor<std::chrono::milliseconds>(now - server.heard).count();
    if (!server.self && silent > 0) out.set_silent_ms(static_cast<std::uint64_t>(silent));
  }
  const auto all = store.counts();
  reply.set_users(all.users);
  reply.set_connections(all.connections);
  return reply;
}

}  // namespace chatd::admin
