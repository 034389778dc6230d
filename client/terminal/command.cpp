#include "terminal/command.hpp"

#include <charconv>

#include "chatd/sdk/text.hpp"

namespace chatd::terminal {

namespace {

constexpr std::string_view space = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string room_of(std::string_view argument) {
  if (argument.starts_with('#')) argument.remove_prefix(1);
  return std::string{argument};
}

Command recall(std::string_view argument) {
  constexpr std::uint32_t most = 1000;
  std::uint32_t messages = usual_history;
  const auto* const end = argument.data() + argument.size();
  if (!argument.empty()) {
    const auto [stop, wrong] = std::from_chars(argument.data(), end, messages);
    if (wrong != std::errc{} || stop != end) messages = 0;
  }
  if (messages == 0 || messages > most)
    return Wrong{sdk::text("/history takes a number of messages from 1 to ", most, ", as in /history 50")};
  return Recall{messages};
}

}  // namespace

Command parse_command(std::string_view line) {
  line = trimmed(line);
  if (line.empty()) return Nothing{};
  if (!line.starts_with('/')) return Say{std::string{line}};
  if (line.starts_with("//")) return Say{std::string{line.substr(1)}};

  const auto name = line.substr(0, line.find_first_of(space));
  const auto argument = trimmed(line.substr(name.size()));
  if (name == "/join") {
    auto room = room_of(argument);
    if (room.empty()) return Wrong{"/join needs the name of a room: /join ROOM"};
    return Join{std::move(room)};
  }
  if (name == "/history") return recall(argument);
  if (name == "/leave") return Leave{room_of(argument)};
  if (name == "/who") return Who{std::string{argument}};
  if (!argument.empty() && (name == "/rooms" || name == "/servers" || name == "/help" || name == "/quit" || name == "/exit"))
    return Wrong{sdk::text(name, " stands alone on its line; to send this as a message, type /", line)};
  if (name == "/rooms") return Rooms{};
  if (name == "/servers") return Servers{};
  if (name == "/help") return Help{};
  if (name == "/quit" || name == "/exit") return Quit{};
  return Wrong{sdk::text("there is no command ", name, "; /help lists them, and //", name.substr(1), " sends it as a message")};
}

}  // namespace chatd::terminal
