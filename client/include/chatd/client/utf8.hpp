// UTF-8, one code point at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace chatd::client {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // in bytes
};

// The first code point of a text that is not empty; none when the text does not begin with well-formed UTF-8 (RFC 3629:
// no overlong forms, no surrogates, nothing above U+10FFFF). [any] never blocks
[[nodiscard]] std::optional<CodePoint> first_code_point(std::string_view text) noexcept;

// Whether all of it is well-formed. [any] never blocks
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace chatd::client
