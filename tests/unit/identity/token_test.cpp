// Tokens: what is in them, and the ways in which they are refused.
#include "plugins/identity/token.hpp"

#include "catch.hpp"
#include "tokens.hpp"

using namespace chatd;
using namespace chatd::identity;
using namespace std::chrono_literals;

namespace {

const std::string secret(32, 's');
constexpr sdk::Time now{std::chrono::seconds{1'800'000'000}};
constexpr const char* header = R"({"alg":"HS256","typ":"JWT"})";

TokenRules rules() {
  TokenRules out;
  out.algorithms = {algorithm("HS256")};
  out.issuer = "issuer";
  out.audience = {"chat", "other"};
  return out;
}

sdk::Result<sdk::Identity> read(std::string_view claims, const TokenRules& given = rules()) {
  const std::string text = test::sign_hs256(secret, header, claims);
  const auto token = take_apart(text);
  REQUIRE(token.has_value());
  return identity_of(*token, given, now);
}

std::string why(const sdk::Result<sdk::Identity>& found) {
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == sdk::Code::unauthenticated);
  CHECK_FALSE(found.error().retryable);
  return found.error().text;
}

std::string why_apart(std::string_view text) {
  const auto token = take_apart(text);
  REQUIRE_FALSE(token.has_value());
  CHECK(token.error().code == sdk::Code::unauthenticated);
  return token.error().text;
}

}  // namespace

TEST_CASE("a good token says who it is, until when, and what they may do") {
  const auto found = read(R"({"sub":"alice","iss":"issuer","aud":"chat","exp":1800000100,"nbf":1799999000,"jti":"t1",
      "roles":["member","moderator"],"grants":[{"rooms":["team-*","lounge"],"actions":["join","publish","fly"]}]})");
  REQUIRE(found.has_value());
  CHECK(found->user_id == "alice");
  CHECK(found->token_id == "t1");
  CHECK(found->mode == "jwt");
  CHECK(found->expires == now + 130s);
  CHECK(found->streams_end == now + 190s);
  CHECK(found->roles == std::vector<std::string>{"member", "moderator"});
  REQUIRE(found->grants.size() == 2);
  CHECK(found->grants[1].rooms == "lounge");
  CHECK(found->grants[1].actions == std::vector{sdk::Action::join, sdk::Action::publish});
}

TEST_CASE("claims may have other names, and lie within others") {
  auto given = rules();
  given.claims = {"https://example.org/user", "realm_access.roles", "chat.may"};
  const auto found = read(R"({"https://example.org/user":"bob","iss":"issuer","aud":["x","other"],"exp":1800000100.75,
      "realm_access":{"roles":"admin"},"chat":{"may":[{"rooms":"","actions":"join"}]}})",
                          given);
  REQUIRE(found.has_value());
  CHECK(found->user_id == "bob");
  CHECK(found->expires == now + 130s);
  CHECK(found->roles == std::vector<std::string>{"admin"});
  REQUIRE(found->grants.size() == 1);
  CHECK(found->grants[0].rooms == "");
}

TEST_CASE("a token that is not for us and now is refused, and says why") {
  const std::string rest = R"("iss":"issuer","aud":"chat","exp":1800000100)";
  CHECK(why(read("{" + rest + "}")) == "the token does not say who you are (sub)");
  CHECK(why(read(R"({"sub":"",)" + rest + "}")) == "the token does not say who you are (sub)");
  CHECK(why(read(R"({"sub":7,)" + rest + "}")) == "the token's claim \"sub\" is not what it should be");
  CHECK(why(read(R"({"sub":"a\nb",)" + rest + "}")) == "the token's claim \"sub\" has a control character");
  CHECK(why(read(R"({"sub":"a","iss":"issuer","aud":"chat"})")) == "the token does not say when it ends (exp)");
  CHECK(why(read(R"({"sub":"a","iss":"issuer","aud":"chat","exp":1799999970})")) == "the token has expired; get a new one");
  CHECK(read(R"({"sub":"a","iss":"issuer","aud":"chat","exp":1799999971})").has_value());
  CHECK(why(read(R"({"sub":"a","nbf":1800000031,)" + rest + "}")) == "the token is not valid yet");
  CHECK(read(R"({"sub":"a","nbf":1800000030,)" + rest + "}").has_value());
  CHECK(why(read(R"({"sub":"a","iss":"forger","aud":"chat","exp":1800000100})")) == "the token is of another issuer");
  CHECK(why(read(R"({"sub":"a","aud":"chat","exp":1800000100})")) == "the token is of another issuer");
  CHECK(why(read(R"({"sub":"a","iss":"issuer","aud":"mail","exp":1800000100})")) == "the token is for another audience");
  CHECK(why(read(R"({"sub":"a","iss":"issuer","exp":1800000100})")) == "the token is for another audience");
  CHECK(why(read(R"({"sub":"a","iss":"issuer","aud":"chat","exp":"soon"})")) ==
        "the token's claim \"exp\" is not what it should be");
  CHECK(why(read(R"({"sub":"a","iss":"issuer","aud":"chat","exp":1e300})")) ==
        "the token's claim \"exp\" is not what it should be");
  CHECK(why(read(R"({"sub":"a","roles":{},)" + rest + "}")) == "the token's claim \"roles\" is not what it should be");
  CHECK(why(read(R"({"sub":"a","grants":["all"],)" + rest + "}")) == "the token's claim \"grants\" is not what it should be");
  const std::string not_object = "the token's claims are not a JSON object";
  CHECK(why(read("[]")) == not_object);
  CHECK(why(read(R"({"sub":"a","sub":"root",)" + rest + "}")) == not_object);
  CHECK(why(read("{\"sub\":\"\xff\"," + rest + "}")) == not_object);
  CHECK(why(read("{" + rest + "} ")) != not_object);  // white space is none of a token's business
  CHECK(why(read("{" + rest + "}x")) == not_object);
  CHECK(why(read(R"({"deep":)" + std::string(20, '[') + std::string(20, ']') + "," + rest + "}")) == not_object);
}

TEST_CASE("an end that lies beyond all time is one, and a token without an end is taken only where it may") {
  const auto far = read(R"({"sub":"a","iss":"issuer","aud":"chat","exp":9007199254740992})");
  REQUIRE(far.has_value());
  CHECK(*far->expires > now + std::chrono::hours(24 * 365 * 200));
  auto given = rules();
  given.endless = true;
  const auto endless = read(R"({"sub":"a","iss":"issuer","aud":"chat"})", given);
  REQUIRE(endless.has_value());
  CHECK_FALSE(endless->expires.has_value());
  CHECK_FALSE(endless->streams_end.has_value());
}

TEST_CASE("what is no signed token is refused") {
  const std::string good = test::sign_hs256(secret, header, R"({"sub":"a"})");
  const std::string parts = "the token is none of a signed JSON Web Token's three parts";
  const std::string whole = "the token is not in base64url, or not whole";
  CHECK(why_apart("") == parts);
  CHECK(why_apart("a.b") == parts);
  CHECK(why_apart("a.b.c.d.e") == parts);
  CHECK(why_apart(good.substr(0, good.size() - 1)) == whole);
  CHECK(why_apart(good + "=") == whole);
  CHECK(why_apart(std::string(16'385, 'a')) == "the token has 16385 bytes; the limit is 16384");
  const std::string not_header = "the token's header is not one of a JSON Web Token";
  CHECK(why_apart(test::base64url("[]") + ".e30.c2ln") == not_header);
  CHECK(why_apart(test::base64url(R"({"alg":7})") + ".e30.c2ln") == not_header);
  CHECK(why_apart(test::base64url(R"({"alg":"HS256","alg":"none"})") + ".e30.c2ln") == not_header);
}

TEST_CASE("the rules say how tokens are signed, and not the token") {
  const auto refusal = [](std::string_view its_header) {
    const std::string text = test::sign_hs256(secret, its_header, R"({"sub":"a"})");
    const auto token = take_apart(text);
    REQUIRE(token.has_value());
    const auto how = algorithm_of(*token, rules());
    return how ? std::string((*how)->name) : how.error().text;
  };
  CHECK(refusal(header) == "HS256");
  const std::string other = "the token is signed in another way than this server takes, or not at all";
  for (const auto* name : {"none", "None", "NONE", "", "hs256", "HS512", "RS256"})
    CHECK(refusal(std::string(R"({"alg":")") + name + "\"}") == other);
  CHECK(refusal("{}") == other);
  CHECK(refusal(R"({"alg":"HS256","crit":["exp"]})") == "the token asks for extensions (crit) that this server does not know");
  CHECK(refusal(R"({"alg":"HS256","typ":"JWE"})") == "the token is of another type than JWT");
  CHECK(refusal(R"({"alg":"HS256","typ":"AT+JWT"})") == "HS256");
}
