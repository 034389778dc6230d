#include "host/admin/print.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "host/admin/layout.hpp"

namespace chatd::admin {
namespace {

std::string_view word(v1::RoomLag::Policy policy) {
  constexpr std::array<std::string_view, 3> words{"disconnect", "skip", "catch_up"};
  return policy >= 0 && policy < static_cast<int>(words.size()) ? words[static_cast<std::size_t>(policy)] : "?";
}

std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

template <class List, class Name>
std::string joined(const List& all, Name name) {
  std::string out;
  for (const auto& one : all) out += sdk::text(out.empty() ? "" : " ", name(one));
  return out;
}

}  // namespace

std::string table(const v1::StatusReply& status) {
  const std::string serving = status.serving() ? "yes" : sdk::text("no: ", status.not_serving());
  std::vector<Row> rows{{"server id", plain(status.server_id())},
                        {"version", status.version()},
                        {"serving", plain(serving)},
                        {"draining", yes_or_no(status.draining())},
                        {"connections", sdk::text(status.connections())},
                        {"streams", sdk::text(status.streams())},
                        {"rooms", sdk::text(status.rooms())},
                        {"ring bytes", sdk::text(status.ring_bytes())},
                        {"publishes in flight", sdk::text(status.publishes_in_flight())}};
  for (const auto& refused : status.refused())
    rows.push_back({sdk::text("refused, ", plain(refused.reason())), sdk::text(refused.count())});
  return aligned(rows, {false, false});
}

std::string table(const v1::SlowClientsReply& slow) {
  std::vector<Row> rows{{"USER", "CONNECTION", "PEER", "ROOM", "MESSAGES", "BYTES", "MS", "POLICY"}};
  for (const auto& client : slow.clients()) {
    for (const auto& room : client.rooms()) {
      rows.push_back({plain(client.user_id()), sdk::text(client.connection_id()), plain(client.peer()), room_name(room.room()),
                      sdk::text(room.messages()), sdk::text(room.bytes()), sdk::text(room.ms()),
                      std::string(word(room.policy()))});
    }
  }
  std::string out = aligned(rows, {false, true, false, false, true, true, true, false});
  const auto listed = static_cast<std::uint64_t>(slow.clients_size());
  if (slow.behind() > listed) out += sdk::text(slow.behind() - listed, " more are behind; --limit shows more\n");
  return out;
}

std::string table(const v1::SessionsReply& sessions) {
  std::vector<Row> rows{{"USER", "CONNECTION", "TOKEN", "PEER", "SINCE", "BEHIND", "MS", "ROOMS"}};
  for (const auto& one : sessions.sessions()) {
    rows.push_back({plain(one.user_id()), sdk::text(one.connection_id()), one.token_id().empty() ? "-" : plain(one.token_id()),
                    plain(one.peer()), moment(one.since()), sdk::text(one.behind_messages()), sdk::text(one.behind_ms()),
                    joined(one.rooms(), room_name)});
  }
  return aligned(rows, {false, true, false, false, false, true, true, false}) + rest(sessions.total(), sessions.sessions_size());
}

std::string table(const v1::RoomsReply& rooms) {
  std::vector<Row> lines{{"ROOM", "READERS", "MESSAGES", "BYTES"}};
  for (const auto& room : rooms.rooms()) {
    lines.push_back({room_name(room.name()), sdk::text(room.readers()), sdk::text(room.messages()), sdk::text(room.bytes())});
  }
  return aligned(lines, {false, true, true, true}) + rest(rooms.total(), rooms.rooms_size());
}

std::string table(const v1::ServersReply& servers) {
  std::vector<Row> rows{{"SERVER", "USERS", "CONNECTIONS", "SILENT MS", ""}};
  for (const auto& server : servers.servers()) {
    rows.push_back({plain(server.server_id()), sdk::text(server.users()), sdk::text(server.connections()),
                    sdk::text(server.silent_ms()),
                    server.self()         ? "this one"
                    : server.heartbeats() ? "-"
                                          : "old"});
  }
  return aligned(rows, {false, true, true, true, false}) +
         sdk::text(servers.users(), " users, ", servers.connections(), " connections\n");
}

std::string table(const v1::PluginsReply& plugins) {
  std::vector<Row> rows{{"PLUGIN", "KIND", "VERSION", "ABI", "STATE"}};
  for (const auto& plugin : plugins.plugins()) {
    const auto kinds = joined(plugin.kinds(), plain);
    rows.push_back({plain(plugin.id()), kinds.empty() ? "-" : kinds, plain(plugin.version()), sdk::text(plugin.abi()),
                    plain(plugin.state())});
  }
  return aligned(rows, {false, false, false, true, false});
}

std::string table(const v1::LogLevelReply& levels) {
  std::vector<Row> rows{{"COMPONENT", "WAS", "LEVEL"}};
  for (const auto& one : levels.components()) rows.push_back({plain(one.name()), plain(one.was()), plain(one.level())});
  return aligned(rows, {false, false, false});
}

std::string json(const v1::StatusReply& status) {
  return object([&](Json& out) {
    member(out, "server_id", std::string_view(status.server_id()));
    member(out, "version", std::string_view(status.version()));
    member(out, "serving", status.serving());
    member(out, "not_serving", std::string_view(status.not_serving()));
    member(out, "draining", status.draining());
    member(out, "streams", std::uint64_t{status.streams()});
    member(out, "rooms", std::uint64_t{status.rooms()});
    member(out, "ring_bytes", std::uint64_t{status.ring_bytes()});
    member(out, "publishes_in_flight", std::uint64_t{status.publishes_in_flight()});
    member(out, "connections", std::uint64_t{status.connections()});
    list(out, "refused", status.refused(), [&](const v1::Refused& refused) {
      member(out, "reason", std::string_view(refused.reason()));
      member(out, "count", std::uint64_t{refused.count()});
    });
  });
}

std::string json(const v1::SlowClientsReply& slow) {
  return object([&](Json& out) {
    list(out, "clients", slow.clients(), [&](const v1::SlowClient& client) {
      member(out, "user_id", std::string_view(client.user_id()));
      member(out, "connection_id", std::uint64_t{client.connection_id()});
      member(out, "peer", std::string_view(client.peer()));
      list(out, "rooms", client.rooms(), [&](const v1::RoomLag& room) {
        member(out, "room", std::string_view(room.room()));
        member(out, "messages", std::uint64_t{room.messages()});
        member(out, "bytes", std::uint64_t{room.bytes()});
        member(out, "ms", std::uint64_t{room.ms()});
        member(out, "policy", word(room.policy()));
      });
    });
    member(out, "behind", std::uint64_t{slow.behind()});
  });
}

std::string json(const v1::SessionsReply& sessions) {
  return object([&](Json& out) {
    list(out, "sessions", sessions.sessions(), [&](const v1::Session& one) {
      member(out, "user_id", std::string_view(one.user_id()));
      member(out, "connection_id", std::uint64_t{one.connection_id()});
      member(out, "stream", std::string_view(one.stream()));
      member(out, "token_id", std::string_view(one.token_id()));
      member(out, "peer", std::string_view(one.peer()));
      member(out, "since", std::string_view(moment(one.since())));
      texts(out, "rooms", one.rooms());
      member(out, "behind_messages", std::uint64_t{one.behind_messages()});
      member(out, "behind_bytes", std::uint64_t{one.behind_bytes()});
      member(out, "behind_ms", std::uint64_t{one.behind_ms()});
    });
    member(out, "total", std::uint64_t{sessions.total()});
  });
}

std::string json(const v1::RoomsReply& rooms) {
  return object([&](Json& out) {
    list(out, "rooms", rooms.rooms(), [&](const v1::Room& room) {
      member(out, "name", std::string_view(room.name()));
      member(out, "readers", std::uint64_t{room.readers()});
      member(out, "messages", std::uint64_t{room.messages()});
      member(out, "bytes", std::uint64_t{room.bytes()});
    });
    member(out, "total", std::uint64_t{rooms.total()});
  });
}

std::string json(const v1::ServersReply& servers) {
  return object([&](Json& out) {
    list(out, "servers", servers.servers(), [&](const v1::Server& server) {
      member(out, "server_id", std::string_view(server.server_id()));
      member(out, "self", server.self());
      member(out, "users", std::uint64_t{server.users()});
      member(out, "connections", std::uint64_t{server.connections()});
      member(out, "heartbeats", server.heartbeats());
      member(out, "silent_ms", std::uint64_t{server.silent_ms()});
    });
    member(out, "users", std::uint64_t{servers.users()});
    member(out, "connections", std::uint64_t{servers.connections()});
  });
}

std::string json(const v1::PluginsReply& plugins) {
  return object([&](Json& out) {
    list(out, "plugins", plugins.plugins(), [&](const v1::Plugin& plugin) {
      member(out, "id", std::string_view(plugin.id()));
      texts(out, "kinds", plugin.kinds());
      member(out, "version", std::string_view(plugin.version()));
      member(out, "abi", std::uint64_t{plugin.abi()});
      member(out, "state", std::string_view(plugin.state()));
    });
  });
}

std::string json(const v1::LogLevelReply& levels) {
  return object([&](Json& out) {
    list(out, "components", levels.components(), [&](const v1::LogComponent& one) {
      member(out, "name", std::string_view(one.name()));
      member(out, "was", std::string_view(one.was()));
      member(out, "level", std::string_view(one.level()));
    });
  });
}

}  // namespace chatd::admin
