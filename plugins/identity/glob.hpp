// Patterns of rooms.
#pragma once

#include <string_view>

namespace chatd::identity {

// `*` stands for any text, also none. Takes the product of both lengths at most. [any] never blocks
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name) noexcept;

}  // namespace chatd::identity
