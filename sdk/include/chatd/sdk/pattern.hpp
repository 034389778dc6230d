// Patterns of rooms, as configurations and grants have them.
#pragma once

#include <string_view>

namespace chatd::sdk {

// `*` stands for any text, also none; nothing else is special. Takes the product of both lengths at most. [any] never blocks
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name) noexcept;

}  // namespace chatd::sdk
