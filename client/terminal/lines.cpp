#include "terminal/lines.hpp"

#include <chrono>
#include <ctime>

#include "chatd/client/utf8.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::terminal {

namespace {

std::string hex(char32_t value, int digits) {
  std::string out;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 0xF];
  return out;
}

// C0, DEL and C1 are commands to a terminal; the others end a line or turn the writing direction, and so can make a
// text look like another (Unicode Standard Annex 9, 2.1 to 2.6).
bool is_command(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

std::string escape(char32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return c < 0x100 ? "\\x" + hex(c, 2) : "\\u" + hex(c, 4);
  }
}

std::string_view cause(client::Loss::Reason reason) {
  switch (reason) {
    case client::Loss::Reason::unknown:
      return "";
    case client::Loss::Reason::truncated:
      return ": the server no longer has them";
    case client::Loss::Reason::remade:
      return ": the server's log was made anew";
    case client::Loss::Reason::too_far:
      return ": the break was too long";
    case client::Loss::Reason::too_slow:
      return ": this connection was too slow";
  }
  return "";
}

std::string local_time(sdk::Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  const std::time_t whole = seconds;
  std::tm parts{};
  localtime_r(&whole, &parts);
  char out[16];
  return {out, std::strftime(out, sizeof out, "%H:%M:%S", &parts)};
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto point = client::first_code_point(text);
    const std::size_t length = point ? point->length : 1;
    if (!point)
      out += "\\x" + hex(static_cast<unsigned char>(text[0]), 2);
    else if (is_command(point->value))
      out += escape(point->value);
    else
      out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::string banner(std::string_view user, std::string_view server) {
  return sdk::text("=== Chat Client Started ===\nUser: ", visible(user), "\nServer: ", visible(server),
                   "\nCommands:\n"
                   "  Type message and press Enter to send\n"
                   "  Type '/quit' or press Ctrl+C to exit\n"
                   "===========================\n");
}

std::string prompt(std::string_view user, std::string_view room) {
  return room.empty() ? sdk::text("[", visible(user), "] > ") : sdk::text("[", visible(user), " #", visible(room), "] > ");
}

std::string room_name(std::string_view room) { return room.empty() ? "the lobby" : "#" + visible(room); }

std::string message_line(const client::Message& message, std::string_view own_id) {
  const bool own = message.sender == own_id;
  const auto room = message.room.empty() ? std::string{} : sdk::text("#", visible(message.room), " ");
  return sdk::text(own ? "✓" : "📩", " [", local_time(message.time), "] ", room, own ? "You" : visible(message.sender), ": ",
                   visible(message.content));
}

std::string loss_line(std::string_view room, const client::Loss& loss) {
  const auto where = room.empty() ? std::string{} : sdk::text("#", visible(room), ": ");
  if (loss.messages == 0) return sdk::text(where, "messages may be missing", cause(loss.reason));
  // How many were left out is known; a log that is cut is counted in records, which other rooms may share.
  const auto* at_most = loss.reason == client::Loss::Reason::too_slow ? "" : "at most ";
  const auto* what = loss.messages == 1 ? " message is missing" : " messages are missing";
  return sdk::text(where, at_most, loss.messages, what, cause(loss.reason));
}

std::string history_title(std::string_view room, std::size_t messages) {
  if (messages == 0) return sdk::text("there are no messages of ", room_name(room), " to show");
  if (messages == 1) return sdk::text("the last message of ", room_name(room));
  return sdk::text("the last ", messages, " messages of ", room_name(room));
}

std::string set_apart(std::string_view line) { return sdk::text("— ", line, " —"); }

namespace {

std::string counted(std::uint64_t number, std::string_view what) { return sdk::text(number, ' ', what, number == 1 ? "" : "s"); }

}  // namespace

std::string who_line(std::string_view room, const client::WhoPage& page) {
  auto line = sdk::text(room_name(room), " (", page.users, ")");
  for (const auto& one : page.present) {
    line += sdk::text(&one == &page.present.front() ? ": " : ", ", visible(one.user.id));
    if (one.connections > 1) line += sdk::text(" (", counted(one.connections, "connection"), ")");
  }
  if (page.users > page.present.size() && !page.next.empty())
    line += sdk::text(" … and ", page.users - page.present.size(), " more");
  return line;
}

std::string where_line(std::string_view user, const client::WhoPage& page) {
  if (page.present.empty()) return sdk::text(visible(user), " is not here");
  const auto& one = page.present.front();
  auto line = sdk::text(visible(user), ": ");
  for (const auto& room : one.rooms) line += sdk::text(&room == &one.rooms.front() ? "" : ", ", room_name(room));
  line += sdk::text(" (", counted(one.connections, "connection"), ", on ");
  for (const auto& server : one.servers) line += sdk::text(&server == &one.servers.front() ? "" : ", ", visible(server));
  return line + ")";
}

std::string server_line(const client::Server& server) {
  auto line = sdk::text(visible(server.id), ": ", counted(server.users, "user"), ", ", counted(server.connections, "connection"));
  if (server.self) line += " (this one)";
  if (!server.heartbeats) line += " (older than chatd)";
  return line;
}

std::string_view help() noexcept {
  return "Commands:\n"
         "  TEXT           send it to the current room; //TEXT sends a text that begins with /\n"
         "  /join ROOM     listen to a room too, and make it the current one\n"
         "  /leave [ROOM]  leave a room, or the current one\n"
         "  /rooms         list the rooms listened to\n"
         "  /history [N]   show the last N messages of the current room, or 20\n"
         "  /who [USER]    show who is in the current room, or where a user is\n"
         "  /servers       show the servers of this chat and how many are with each\n"
         "  /help          this list\n"
         "  /quit, /exit   end";
}

}  // namespace chatd::terminal
