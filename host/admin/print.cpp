#include "host/admin/print.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "chatd/sdk/text.hpp"

namespace chatd::admin {
namespace {

using Row = std::vector<std::string>;
using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// What clients choose may hold anything; a terminal gets no control characters of it.
std::string plain(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

// Characters, not bytes, so that other alphabets stay in line.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Columns two spaces apart; those of `numbers` end, the others begin together.
std::string aligned(const std::vector<Row>& rows, const std::vector<bool>& numbers) {
  std::vector<std::size_t> widths(numbers.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      const bool last = i + 1 == row.size();
      out += numbers[i] ? sdk::text(space, row[i]) : sdk::text(row[i], last ? "" : space);
      out += last ? "\n" : "  ";
    }
  }
  return out;
}

std::string_view word(v1::RoomLag::Policy policy) {
  constexpr std::array<std::string_view, 3> words{"disconnect", "skip", "catch_up"};
  return policy >= 0 && policy < static_cast<int>(words.size()) ? words[static_cast<std::size_t>(policy)] : "?";
}

void member(Json& out, std::string_view name, std::string_view text) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void member(Json& out, std::string_view name, std::uint64_t number) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.Uint64(number);
}

void member(Json& out, std::string_view name, bool yes) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.Bool(yes);
}

}  // namespace

std::string table(const v1::StatusReply& status) {
  const std::string serving = status.serving() ? "yes" : sdk::text("no: ", status.not_serving());
  return aligned({{"server id", plain(status.server_id())},
                  {"version", status.version()},
                  {"serving", plain(serving)},
                  {"draining", status.draining() ? "yes" : "no"},
                  {"streams", sdk::text(status.streams())},
                  {"rooms", sdk::text(status.rooms())},
                  {"ring bytes", sdk::text(status.ring_bytes())},
                  {"publishes in flight", sdk::text(status.publishes_in_flight())}},
                 {false, false});
}

std::string table(const v1::SlowClientsReply& slow) {
  std::vector<Row> rows{{"USER", "CONNECTION", "PEER", "ROOM", "MESSAGES", "BYTES", "MS", "POLICY"}};
  for (const auto& client : slow.clients()) {
    for (const auto& room : client.rooms()) {
      rows.push_back({plain(client.user_id()), sdk::text(client.connection_id()), plain(client.peer()),
                      room.room().empty() ? "(lobby)" : plain(room.room()), sdk::text(room.messages()), sdk::text(room.bytes()),
                      sdk::text(room.ms()), std::string(word(room.policy()))});
    }
  }
  std::string out = aligned(rows, {false, true, false, false, true, true, true, false});
  const auto listed = static_cast<std::uint64_t>(slow.clients_size());
  if (slow.behind() > listed) out += sdk::text(slow.behind() - listed, " more are behind; --limit shows more\n");
  return out;
}

std::string json(const v1::StatusReply& status) {
  rapidjson::StringBuffer text;
  Json out(text);
  out.StartObject();
  member(out, "server_id", std::string_view(status.server_id()));
  member(out, "version", std::string_view(status.version()));
  member(out, "serving", status.serving());
  member(out, "not_serving", std::string_view(status.not_serving()));
  member(out, "draining", status.draining());
  member(out, "streams", std::uint64_t{status.streams()});
  member(out, "rooms", std::uint64_t{status.rooms()});
  member(out, "ring_bytes", std::uint64_t{status.ring_bytes()});
  member(out, "publishes_in_flight", std::uint64_t{status.publishes_in_flight()});
  out.EndObject();
  return sdk::text(text.GetString(), '\n');
}

std::string json(const v1::SlowClientsReply& slow) {
  rapidjson::StringBuffer text;
  Json out(text);
  out.StartObject();
  out.Key("clients");
  out.StartArray();
  for (const auto& client : slow.clients()) {
    out.StartObject();
    member(out, "user_id", std::string_view(client.user_id()));
    member(out, "connection_id", std::uint64_t{client.connection_id()});
    member(out, "peer", std::string_view(client.peer()));
    out.Key("rooms");
    out.StartArray();
    for (const auto& room : client.rooms()) {
      out.StartObject();
      member(out, "room", std::string_view(room.room()));
      member(out, "messages", std::uint64_t{room.messages()});
      member(out, "bytes", std::uint64_t{room.bytes()});
      member(out, "ms", std::uint64_t{room.ms()});
      member(out, "policy", word(room.policy()));
      out.EndObject();
    }
    out.EndArray();
    out.EndObject();
  }
  out.EndArray();
  member(out, "behind", std::uint64_t{slow.behind()});
  out.EndObject();
  return sdk::text(text.GetString(), '\n');
}

}  // namespace chatd::admin
