// The signature algorithms of RFC 7518 and RFC 8037 that tokens may have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace chatd::identity {

enum class Family : std::uint8_t { hmac, rsa, rsa_pss, ecdsa, eddsa };

struct Algorithm {
  std::string_view name;  // "RS256"
  Family family;
  const char* digest;       // OpenSSL's name; null: the algorithm's own
  std::string_view group;   // of ecdsa: OpenSSL's name of the curve
  std::size_t half;         // of ecdsa: bytes of each of a signature's two numbers
  std::size_t least_bytes;  // of a secret
};

// Null: none is called so. Static storage. [any] never blocks
[[nodiscard]] const Algorithm* algorithm(std::string_view name) noexcept;

// Of all of them. [any] never blocks
[[nodiscard]] const std::vector<std::string_view>& algorithm_names();

}  // namespace chatd::identity
