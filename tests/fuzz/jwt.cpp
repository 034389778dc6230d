// Tokens as they come from clients, and the JSON in them as an issuer could have signed it; keys as files and addresses have
// them.
#include <string>

#include "must.hpp"
#include "plugins/identity/encoding.hpp"
#include "plugins/identity/scrypt.hpp"
#include "plugins/identity/token.hpp"

using namespace chatd;
using namespace chatd::fuzz;
using namespace chatd::identity;

namespace {

constexpr sdk::Time now{std::chrono::seconds{1'800'000'000}};

void must_refuse_token(const sdk::Error& error) {
  must(error.code == sdk::Code::unauthenticated, "a refused token is UNAUTHENTICATED");
  must(!error.retryable, "a refused token stays refused");
  must(one_line(error.text), "a refusal is told in one line");
}

TokenRules rules() {
  TokenRules out;
  out.algorithms = {algorithm("HS256"), algorithm("EdDSA")};
  return out;
}

const KeyRing& ring() {
  static const KeyRing keys = *KeyRing::from_answer(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  return keys;
}

void read_claims(const Token& token) {
  const auto identity = identity_of(token, rules(), now);
  if (!identity) return must_refuse_token(identity.error());
  must(!identity->user_id.empty(), "nobody is everybody");
  must(identity->expires && *identity->expires > now, "who is let in has not expired");
  must(*identity->streams_end >= *identity->expires, "a stream lasts as long as its token");
}

void read_token(std::string_view text) {
  const auto token = take_apart(text);
  if (!token) return must_refuse_token(token.error());
  const auto how = algorithm_of(*token, rules());
  if (!how) return must_refuse_token(how.error());
  if (const auto checked = check_signature(*token, **how, ring()); !checked) must_refuse_token(checked.error());
  read_claims(*token);
}

// Base64url of what no fuzzer finds by itself.
std::string encoded(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += digits[bits >> (have - 6) & 63];
  }
  if (have > 0) out += digits[bits << (6 - have) & 63];
  must(decode_base64url(out) == bytes, "what was encoded is decoded");
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = view(data, size);
  read_token(input);
  const std::string claims = encoded(input);
  read_token(claims + ".e30.c2ln");
  read_token(encoded(R"({"alg":"EdDSA","kid":"ed"})") + "." + claims + ".c2ln");
  if (const auto keys = parse_keys(input)) {
    for (const auto& jwk : *keys) {
      if (const auto key = Key::from_jwk(jwk); !key) must_be_refusal(key.error());
    }
  } else {
    must_be_refusal(keys.error());
  }
  if (const auto keys = KeyRing::from_answer(input); !keys) must_be_refusal(keys.error());
  if (const auto hash = parse_scrypt(input); !hash) must_be_refusal(hash.error());
  if (const auto plain = decode_base64url(input)) must(encoded(*plain) == input, "base64url has one text for one value");
  return 0;
}
