// Whether bytes are text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace chatd::wire {

// Where the first byte stands that is not valid UTF-8; nothing when all is. [any] never blocks
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view bytes) noexcept;

// Whether it has a character of the Unicode category Cc: U+0000 to U+001F, U+007F to U+009F. REQUIRES: valid UTF-8.
// [any] never blocks
[[nodiscard]] bool has_control_character(std::string_view text) noexcept;

}  // namespace chatd::wire
