// One line of text from pieces: what std::format would do, which this compiler has not.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace chatd::sdk {

// Puts the piece at the end of `out`. [any] never blocks
inline void append(std::string& out, std::string_view piece) { out += piece; }
inline void append(std::string& out, char piece) { out += piece; }
// The same of "true" or "false"; a template, so that a text's address is not taken for a bool. [any] never blocks
template <std::same_as<bool> B>
void append(std::string& out, B piece) {
  out += piece ? "true" : "false";
}

// The same of a number, as std::to_chars writes it. [any] never blocks
template <class T>
  requires((std::integral<T> || std::floating_point<T>) && !std::same_as<T, bool> && !std::same_as<T, char>)
void append(std::string& out, T number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// text("port ", 8081, " is taken") == "port 8081 is taken". [any] never blocks
template <class... Pieces>
[[nodiscard]] std::string text(const Pieces&... pieces) {
  std::string out;
  (append(out, pieces), ...);
  return out;
}

}  // namespace chatd::sdk
