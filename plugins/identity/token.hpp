// Token: a JSON Web Token in its compact form (RFC 7515, 3.1), taken apart and checked.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "plugins/identity/json.hpp"
#include "plugins/identity/keyring.hpp"

namespace chatd::identity {

inline constexpr std::size_t most_token_bytes = 16'384;

// What tokens of this site are like.
struct TokenRules {
  std::vector<const Algorithm*> algorithms;  // that are taken, whatever a token says
  std::string issuer;                        // empty: any
  std::vector<std::string> audience;         // a token is for one of these; empty: it is not looked at
  ClaimNames claims;
  std::chrono::milliseconds skew{30'000};   // between clocks
  std::chrono::milliseconds grace{60'000};  // that a stream stays beyond its token
  bool endless = false;                     // tokens without an end are taken
};

// Views of the text that it was taken from.
struct Token {
  TokenHeader header;
  std::string_view input;  // what is signed
  std::string_view claims;
  std::string signature;
};

// Each is Code::unauthenticated, with a text that tells the client what is wrong and has nothing of the token in it.

// [any] never blocks
[[nodiscard]] sdk::Result<Token> take_apart(std::string_view text);
// The algorithm that it is signed with, when the rules take it. [any] never blocks
[[nodiscard]] sdk::Result<const Algorithm*> algorithm_of(const Token& token, const TokenRules& rules);
// Whether one of the ring's keys has signed it. [any] never blocks
[[nodiscard]] sdk::Result<> check_signature(const Token& token, const Algorithm& algorithm, const KeyRing& ring);
// Who it is of, when it is for us and now. REQUIRES: its signature was checked. [any] never blocks
[[nodiscard]] sdk::Result<sdk::Identity> identity_of(const Token& token, const TokenRules& rules, sdk::Time now);

}  // namespace chatd::identity
