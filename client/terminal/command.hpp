// What a typed line asks for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace chatd::terminal {

struct Nothing {};
struct Say {
  std::string text;
};
struct Join {
  std::string room;
};
struct Leave {
  std::string room;  // empty: the current one
};
struct Rooms {};
struct Recall {
  std::uint32_t messages = 0;
};
struct Who {
  std::string user;  // empty: all of the current room
};
struct Servers {};
struct Help {};
struct Quit {};
struct Wrong {
  std::string reason;
};

// How many messages of a room are shown when nobody says how many.
inline constexpr std::uint32_t usual_history = 20;

using Command = std::variant<Nothing, Say, Join, Leave, Rooms, Recall, Who, Servers, Help, Quit, Wrong>;

// Surrounding white space does not count; nor does the # in front of a room's name. [any] never blocks
[[nodiscard]] Command parse_command(std::string_view line);

}  // namespace chatd::terminal
