// Classes: which class of rooms a room belongs to.
#pragma once

#include <span>
#include <string_view>

#include "host/config/settings.hpp"

namespace chatd::config {

// The class that names `room` (empty: the lobby) without a '*'; else the one whose matching pattern has the most characters
// beside '*'; of equals the first. Null: none matches. Valid as long as `classes`. [any] never blocks
[[nodiscard]] const RoomClass* class_of(std::span<const RoomClass> classes, std::string_view room);

// Whether the pattern, in which '*' stands for any text, also none, matches the whole of `text`. [any] never blocks
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

}  // namespace chatd::config
