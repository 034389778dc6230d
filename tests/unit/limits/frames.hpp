// Frames of HTTP/2 as text, for what looks at them.
#pragma once

#include <string>
#include <string_view>

namespace chatd::limits::test {

[[nodiscard]] inline std::string frame(char type, char flags, unsigned stream, std::string_view payload = {}) {
  const auto byte = [](std::size_t number, int shift) { return static_cast<char>(number >> shift & 0xff); };
  std::string out{byte(payload.size(), 16), byte(payload.size(), 8), byte(payload.size(), 0), type, flags};
  for (const int shift : {24, 16, 8, 0}) out += byte(stream, shift);
  return out.append(payload);
}

}  // namespace chatd::limits::test
