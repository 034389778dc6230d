// The JSON of tokens and keys, read strictly: UTF-8, no name twice in an object, nothing behind the value, bounded in depth and
// number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::identity {

// Of a token (RFC 7515).
struct TokenHeader {
  std::string algorithm;
  std::optional<std::string> key_id;
  std::string type;       // empty: not said
  bool critical = false;  // it says what has to be understood, and we do not
};

// Names of the claims that sites choose.
struct ClaimNames {
  std::string user = "sub";
  std::string roles = "roles";
  std::string grants = "grants";
};

// Of a token (RFC 7519). A claim of another type than it should have is an error.
struct Claims {
  std::string user;  // empty: not said
  std::string issuer;
  std::vector<std::string> audience;
  std::string token_id;
  std::optional<std::int64_t> expires;  // seconds since 1970, of all three
  std::optional<std::int64_t> not_before;
  std::optional<std::int64_t> issued;
  std::vector<std::string> roles;
  std::vector<sdk::Grant> grants;
};

// A key (RFC 7517), as far as signatures need it; what is binary is decoded.
struct Jwk {
  std::string type;  // "RSA", "EC", "OKP", "oct"
  std::string key_id;
  std::string algorithm;  // empty: any that fits
  std::string curve;      // of EC and OKP
  std::string n, e;       // of RSA
  std::string x, y;       // of EC; x of OKP
  std::string k;          // of oct
  bool verifies = true;   // by what it says of its use
};

inline constexpr std::size_t most_keys = 256;  // in one set

// Code::unauthenticated, with a text that tells nothing of the token but what is wrong with it. [any] never blocks
[[nodiscard]] sdk::Result<TokenHeader> parse_header(std::string_view json);
[[nodiscard]] sdk::Result<Claims> parse_claims(std::string_view json, const ClaimNames& names);

// One key or a set of them. Code::invalid_argument, with a text without anything of a key. [any] never blocks
[[nodiscard]] sdk::Result<std::vector<Jwk>> parse_keys(std::string_view json);

}  // namespace chatd::identity
