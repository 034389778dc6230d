// Texts in JSON, as the broker's records have them.
#pragma once

#include <string>
#include <string_view>

namespace chatd::wire {

// With its quotes, as Go's encoding/json writes it: short escapes for \b \f \n \r \t, \u00xx for other controls and for < > &,
// and U+2028, U+2029. REQUIRES: valid UTF-8. [any] never blocks
void append_json_text(std::string& out, std::string_view text);

// Whether a text that RapidJSON read is no UTF-8 after all: it takes an escaped low surrogate without its high one and makes
// bytes of it. What stood there as bytes was validated: 0xed begins a character. [any] never blocks
[[nodiscard]] bool has_surrogate(std::string_view text) noexcept;

}  // namespace chatd::wire
