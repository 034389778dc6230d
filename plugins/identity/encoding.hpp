// Base64 in the two spellings that tokens and hashes have, both without padding: one text for one value, nothing else is taken.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chatd::identity {

// RFC 4648's url-safe alphabet, as RFC 7515 wants it; nothing when it is not that. [any] never blocks
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);
// Its standard alphabet, as hashes in PHC's format have it; nothing when it is not that. [any] never blocks
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
// With padding, as HTTP's Basic has it; nothing when it is not that. [any] never blocks
[[nodiscard]] std::optional<std::string> decode_padded_base64(std::string_view text);

}  // namespace chatd::identity
