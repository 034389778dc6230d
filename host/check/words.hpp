// How this command's pieces are put for a terminal and for JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/check/suites.hpp"

namespace chatd::check {

// Of what a plugin says, what a terminal and JSON may have. [any] never blocks
[[nodiscard]] std::string plain(std::string_view said);
// With spaces behind it. [any] never blocks
[[nodiscard]] std::string padded(std::string_view word, std::size_t width);
// "authenticator, presence store"; empty when it is nothing. [any] never blocks
[[nodiscard]] std::string shown(const Kinds& kinds);

// Adds a member to an object that is being written; the second one is "kinds". [any] never blocks
void member(std::string& out, std::string_view name, std::string_view value);
void member(std::string& out, const Kinds& kinds);

}  // namespace chatd::check
