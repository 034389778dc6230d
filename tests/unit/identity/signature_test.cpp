// Signatures: every algorithm against tokens that others have signed.
#include "catch.hpp"
#include "plugins/identity/algorithm.hpp"
#include "plugins/identity/encoding.hpp"
#include "plugins/identity/key.hpp"
#include "plugins/identity/token.hpp"
#include "tokens.hpp"
#include "vectors.hpp"

using namespace chatd;
using namespace chatd::identity;

namespace {

Key key_of(std::string_view jwk) {
  auto keys = parse_keys(jwk);
  REQUIRE(keys.has_value());
  auto key = Key::from_jwk(keys->front());
  REQUIRE(key.has_value());
  return *std::move(key);
}

}  // namespace

TEST_CASE("the tokens of the RFCs, and one of each algorithm, verify, and with one bit changed they do not") {
  std::vector<std::string_view> seen;
  for (const auto& vector : test::vectors) {
    INFO(vector.source << ", " << vector.algorithm);
    const auto token = take_apart(vector.token);
    REQUIRE(token.has_value());
    CHECK(token->header.algorithm == vector.algorithm);
    const Algorithm& how = *algorithm(vector.algorithm);
    const Key key = key_of(vector.jwk);
    REQUIRE(key.fits(how));
    CHECK(key.verify(how, token->input, token->signature));

    std::string input(token->input), signature = token->signature;
    input[input.size() / 2] ^= 1;
    CHECK_FALSE(key.verify(how, input, token->signature));
    signature[signature.size() / 2] ^= 1;
    CHECK_FALSE(key.verify(how, token->input, signature));
    CHECK_FALSE(key.verify(how, token->input, token->signature.substr(1)));
    CHECK_FALSE(key.verify(how, token->input, token->signature + token->signature.back()));
    CHECK_FALSE(key.verify(how, token->input, ""));
    seen.push_back(vector.algorithm);
  }
  for (const auto name : algorithm_names()) CHECK(std::ranges::find(seen, name) != seen.end());
}

TEST_CASE("a key fits the algorithms of its kind only") {
  for (const auto& vector : test::vectors) {
    const Key key = key_of(vector.jwk);
    const Algorithm& own = *algorithm(vector.algorithm);
    for (const auto name : algorithm_names()) {
      const Algorithm& other = *algorithm(name);
      INFO(vector.source << ", " << vector.algorithm << ", " << name);
      const bool both_rsa = (own.family == Family::rsa || own.family == Family::rsa_pss) &&
                            (other.family == Family::rsa || other.family == Family::rsa_pss);
      if (own.family == Family::hmac && other.family == Family::hmac) continue;
      if (own.family == Family::ecdsa && other.family == Family::ecdsa)
        CHECK(key.fits(other) == (own.name == other.name));
      else
        CHECK(key.fits(other) == (both_rsa || own.family == other.family));
    }
  }
}

TEST_CASE("a secret is as long as its hash at least") {
  const auto short_secret = Key::from_secret(std::string(31, 's'));
  REQUIRE_FALSE(short_secret.has_value());
  CHECK(short_secret.error().text == "it is a secret of 31 bytes; expected 32 at least (openssl rand -hex 32)");
  const auto secret = Key::from_secret(std::string(48, 's'));
  REQUIRE(secret.has_value());
  CHECK(secret->fits(*algorithm("HS256")));
  CHECK(secret->fits(*algorithm("HS384")));
  CHECK_FALSE(secret->fits(*algorithm("HS512")));
}

TEST_CASE("keys that are not good enough are refused where they are read") {
  const auto refused = [](sdk::Result<Key> key) {
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().code == sdk::Code::invalid_argument);
    return key.error().text;
  };
  const test::RsaIssuer small(1024);
  CHECK(refused(Key::from_pem(small.pem())) == "it is an RSA key of 1024 bits; expected 2048 at least");
  CHECK(refused(Key::from_pem(small.private_pem())).starts_with("it is a private key"));
  CHECK(refused(Key::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")) ==
        "it is no public key and no certificate in PEM");
  CHECK(refused(Key::from_pem("")) == "it is no public key and no certificate in PEM");

  Jwk off_curve{.type = "EC",
                .key_id = {},
                .algorithm = {},
                .curve = "P-256",
                .n = {},
                .e = {},
                .x = std::string(32, '\1'),
                .y = std::string(32, '\1'),
                .k = {}};
  const std::string none = "it is no RSA, EC, OKP or oct key that OpenSSL takes";
  CHECK(refused(Key::from_jwk(off_curve)) == none);
  off_curve.curve = "secp256k1";
  CHECK(refused(Key::from_jwk(off_curve)) == none);
  CHECK(refused(Key::from_jwk({.type = "OKP",
                               .key_id = {},
                               .algorithm = {},
                               .curve = "Ed25519",
                               .n = {},
                               .e = {},
                               .x = "short",
                               .y = {},
                               .k = {}})) == none);
  CHECK(refused(Key::from_jwk(
            {.type = "XYZ", .key_id = {}, .algorithm = {}, .curve = {}, .n = {}, .e = {}, .x = {}, .y = {}, .k = {}})) == none);
}

TEST_CASE("base64 has one text for one value") {
  CHECK(decode_base64url("") == "");
  CHECK(decode_base64url("-_8") == "\xfb\xff");
  CHECK(decode_base64url("AA") == std::string(1, '\0'));
  for (const auto* bad : {"A", "AAAAA", "AB", "AAB", "AA=", "AA==", "A A", "A+A", "A/A", "AA\n", "\xc3\xa4"}) {
    INFO(bad);
    CHECK_FALSE(decode_base64url(bad).has_value());
  }
  CHECK(decode_base64("+/8") == "\xfb\xff");
  CHECK_FALSE(decode_base64("-_8").has_value());
  CHECK(decode_padded_base64("YWxpY2U6cHc=") == "alice:pw");
  for (const auto* bad : {"YWxpY2U6cHc", "YWxpY2U6cHd=", "YQ=", "Y===", "===="}) {
    INFO(bad);
    CHECK_FALSE(decode_padded_base64(bad).has_value());
  }
}
