#include "plugins/identity/keyring.hpp"

#include <unistd.h>

#include "catch.hpp"
#include "plugins/identity/token.hpp"
#include "temp.hpp"
#include "tokens.hpp"

using namespace chatd;
using namespace chatd::identity;
using test::RsaIssuer;
using test::write_file;

namespace {

std::string why(const sdk::Result<KeyRing>& ring) {
  REQUIRE_FALSE(ring.has_value());
  return ring.error().text;
}

std::string checked(const KeyRing& ring, const std::string& text, std::string_view algorithm_name = "RS256") {
  const auto token = take_apart(text);
  REQUIRE(token.has_value());
  const auto result = check_signature(*token, *algorithm(algorithm_name), ring);
  return result ? "good" : result.error().text;
}

}  // namespace

TEST_CASE("keys of a folder are called as their files, and tokens name them") {
  const test::TempFolder folder;
  const RsaIssuer first, second, stranger;
  write_file(folder.path() / "2026-01.pem", first.pem());
  write_file(folder.path() / "2026-02.pem", second.pem());
  write_file(folder.path() / "README", "not a key");
  const auto ring = KeyRing::load(folder.path());
  REQUIRE(ring.has_value());
  CHECK(ring->size() == 2);
  const auto header = [](const std::string& id) { return R"({"alg":"RS256","kid":")" + id + "\"}"; };
  CHECK(checked(*ring, first.sign(header("2026-01"), "{}")) == "good");
  CHECK(checked(*ring, second.sign(header("2026-02"), "{}")) == "good");
  CHECK(checked(*ring, second.sign(header("2026-01"), "{}")) == "the token's signature is wrong");
  CHECK(checked(*ring, stranger.sign(header("2026-01"), "{}")) == "the token's signature is wrong");
  CHECK(checked(*ring, first.sign(header("2025-12"), "{}")) == "the token is signed with a key that this server does not know");
  CHECK(checked(*ring, first.sign(R"({"alg":"RS256"})", "{}")) ==
        "the token does not say which key has signed it (kid), and there are several");
}

TEST_CASE("a single file's key fits whatever a token calls it") {
  const test::TempFolder folder;
  const RsaIssuer issuer;
  write_file(folder.path() / "key.pem", issuer.pem());
  const auto ring = KeyRing::load(folder.path() / "key.pem");
  REQUIRE(ring.has_value());
  CHECK(checked(*ring, issuer.sign(R"({"alg":"RS256","kid":"any"})", "{}")) == "good");
  CHECK(checked(*ring, issuer.sign(R"({"alg":"RS256"})", "{}")) == "good");
}

TEST_CASE("a token that is signed with the public key as if it were a secret finds no secret") {
  const test::TempFolder folder;
  const RsaIssuer issuer;
  write_file(folder.path() / "key.pem", issuer.pem());
  const auto ring = KeyRing::load(folder.path() / "key.pem");
  REQUIRE(ring.has_value());
  CHECK(checked(*ring, test::sign_hs256(issuer.pem(), R"({"alg":"HS256"})", "{}"), "HS256") ==
        "this server has no key for tokens that are signed in this way");
}

TEST_CASE("a secret is taken as it is, but for a line end") {
  const test::TempFolder folder;
  write_file(folder.path() / "a.secret", std::string(32, 'k') + "\n");
  const auto ring = KeyRing::load(folder.path() / "a.secret");
  REQUIRE(ring.has_value());
  CHECK(checked(*ring, test::sign_hs256(std::string(32, 'k'), R"({"alg":"HS256"})", "{}"), "HS256") == "good");
}

TEST_CASE("a set of keys has those that check signatures, each for its algorithm") {
  const test::TempFolder folder;
  const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  write_file(folder.path() / "keys.jwks", R"({"keys":[
      {"kty":"OKP","crv":"Ed25519","kid":"a","x":")" +
                                              x + R"("},
      {"kty":"OKP","crv":"Ed25519","kid":"b","x":")" +
                                              x + R"(","use":"enc"},
      {"kty":"OKP","crv":"Ed25519","kid":"c","x":")" +
                                              x + R"(","key_ops":["sign"]},
      {"kty":"oct","kid":"d","alg":"HS512","k":")" +
                                              test::base64url(std::string(64, 'k')) + R"("}]})");
  const auto ring = KeyRing::load(folder.path() / "keys.jwks");
  REQUIRE(ring.has_value());
  CHECK(ring->size() == 2);
  CHECK(ring->knows("a"));
  CHECK_FALSE(ring->knows("b"));
  CHECK(ring->fits(*algorithm("HS512")));
  CHECK_FALSE(ring->fits(*algorithm("HS256")));
}

TEST_CASE("what an address answers gives public keys only, and what is unknown is left out") {
  const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  const auto ring = KeyRing::from_answer(R"({"keys":[{"kty":"oct","k":")" + test::base64url(std::string(64, 'k')) +
                                         R"("},{"kty":"new"},{"kty":"OKP","crv":"Ed25519","x":")" + x + R"("}]})");
  REQUIRE(ring.has_value());
  CHECK(ring->size() == 1);
  CHECK_FALSE(ring->fits(*algorithm("HS256")));
  CHECK(why(KeyRing::from_answer(R"({"keys":[]})")) == "it has no public key that checks signatures");
  CHECK(why(KeyRing::from_answer("<html>")) == "it is no JSON object of sound members, or it has too many");
}

TEST_CASE("a file that has no good keys is named, and nothing of it is shown") {
  const test::TempFolder folder;
  const auto told = [&](const std::string& name, const std::string& text) {
    write_file(folder.path() / name, text);
    auto said = why(KeyRing::load(folder.path() / name));
    const std::string start = (folder.path() / name).string() + ": ";
    REQUIRE(said.starts_with(start));
    return said.substr(start.size());
  };
  CHECK(told("key.der", "x") == "its name does not say what it is; expected *.pem, *.crt, *.secret, *.json, *.jwk or *.jwks");
  CHECK(told("a.secret", "hush").find("hush") == std::string::npos);
  CHECK(told("a.json", "{}") == "it is neither a JSON Web Key nor a set of them");
  CHECK(told("b.json", R"({"keys":7})") == "its \"keys\" are no list");
  CHECK(told("c.json", R"({"keys":[{"kty":"oct","k":"#"}]})") == "its key 1 is not a JSON Web Key");
  CHECK(told("d.json", R"({"kty":"OKP","crv":"Ed25519","x":"AA","use":"enc"})") ==
        "there is no key that checks signatures; put one there (*.pem, *.crt, *.secret, *.json, *.jwk or *.jwks)");
  CHECK(told("big.pem", std::string(1'048'577, ' ')) == "longer than 1048576 bytes");
  CHECK(why(KeyRing::load(folder.path() / "none.pem")) ==
        (folder.path() / "none.pem").string() + ": cannot be read: No such file or directory");
}
