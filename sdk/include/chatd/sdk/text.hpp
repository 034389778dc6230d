// One line of text from pieces: what <format> would do, which this compiler has not.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace chatd::sdk {

inline void append(std::string& out, std::string_view piece) { out += piece; }
inline void append(std::string& out, char piece) { out += piece; }
// A template, so that a text's address is not taken for a bool.
template <std::same_as<bool> B>
void append(std::string& out, B piece) {
  out += piece ? "true" : "false";
}

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
