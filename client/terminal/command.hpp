// What a typed line asks for.
#pragma once

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
struct Help {};
struct Quit {};
struct Wrong {
  std::string reason;
};

using Command = std::variant<Nothing, Say, Join, Leave, Rooms, Help, Quit, Wrong>;

// Surrounding white space does not count; nor does the # in front of a room's name. [any] never blocks
[[nodiscard]] Command parse_command(std::string_view line);

}  // namespace chatd::terminal
