// Hashes of passwords by scrypt (RFC 7914), in the form of PHC: "$scrypt$ln=15,r=8,p=1$SALT$HASH", salt and hash in base64
// without padding. OpenSSL does the work.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::identity {

struct ScryptHash {
  unsigned log_n = 15;  // 1 << 15 rounds
  std::uint64_t r = 8;
  std::uint64_t p = 1;
  std::string salt;
  std::string hash;
};

// Code::invalid_argument when it is none, or one that takes more than 256 MiB, or less than is safe. [any] never blocks
[[nodiscard]] sdk::Result<ScryptHash> parse_scrypt(std::string_view text);

// Whether it is of this password; takes the same time when not. [worker] may block, some 0.1 s and 128 * r << log_n bytes
[[nodiscard]] bool is_password(std::string_view password, const ScryptHash& hash) noexcept;

}  // namespace chatd::identity
