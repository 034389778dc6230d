#include "plugins/identity/options.hpp"

#include "catch.hpp"

using namespace chatd;
using identity::Options;

namespace {

using Texts = std::vector<std::string>;

Texts problems(const std::vector<std::string>& modes, sdk::Table more = {}) {
  Options options;
  sdk::Section section{"plugins.identity", {"chat.toml", 3, 1}, {{"modes", modes, {"chat.toml", 4, 1}}}};
  for (auto& entry : more) section.entries.push_back(std::move(entry));
  Texts texts;
  for (const auto& problem : identity::read_options(section, options)) texts.push_back(problem.str());
  return texts;
}

sdk::Entry entry(std::string key, sdk::Value value) { return {std::move(key), std::move(value), {"chat.toml", 5, 1}}; }

}  // namespace

TEST_CASE("without keys everybody is believed") {
  Options options;
  CHECK(identity::option_list().read({"plugins.identity", {}, {}}, options).empty());
  CHECK(options.modes == Texts{"open"});
  CHECK(problems({"open"}).empty());
}

TEST_CASE("a list of modes that cannot be meant is a problem") {
  CHECK(problems({"opne"}) == Texts{R"(chat.toml:4:1: "modes" in [plugins.identity] names "opne"; did you mean "open"?)"});
  CHECK(problems({"kerberos"}) ==
        Texts{R"(chat.toml:4:1: "modes" in [plugins.identity] names "kerberos"; there are: open, jwt, static, mtls)"});
  const Texts twice = problems({"open", "open"});
  REQUIRE(twice.size() == 2);
  CHECK(
      twice[0] ==
      R"(chat.toml:4:1: "modes" in [plugins.identity] names "open" before "open", which would never be asked: open believes everybody; name it last, or leave it out)");
  CHECK(twice[1] == R"(chat.toml:4:1: "modes" in [plugins.identity] names "open" more than once; name it once)");
}

TEST_CASE("all problems are told at once, and none that follows from another") {
  const auto at = [](std::uint32_t line, std::string key, sdk::Value value) {
    return sdk::Entry{std::move(key), std::move(value), {"chat.toml", line, 1}};
  };
  CHECK(problems({"jwt"}, {at(5, "jwt_keys", "k"), at(6, "jwt_algorithms", Texts{"HS257"}), at(7, "jwt_audiance", Texts{"chat"}),
                           at(8, "jwt_skew_ms", "soon")})
            .size() == 3);
  CHECK(problems({"jwt"}, {at(5, "jwt_keys", "k"), at(6, "jwt_algorithms", true)}).size() == 1);  // and not that it is empty

  Options options;
  const sdk::Section section{"plugins.identity", {"chat.toml", 3, 1}, {at(4, "modes", true), at(5, "jwt_keys", "k")}};
  CHECK(identity::read_options(section, options).size() == 1);  // and not that jwt_keys is for another mode
}

TEST_CASE("a mode needs what it is made of, and nothing is given for a mode that is not there") {
  CHECK(
      problems({"jwt"}) ==
      Texts{
          R"(chat.toml:3:1: "jwt_keys" in [plugins.identity] is empty; the mode jwt needs it)",
          R"(chat.toml:3:1: "jwt_algorithms" in [plugins.identity] is empty; name what tokens are signed with, such as ["RS256"])"});
  CHECK(
      problems({"jwt"},
               {entry("jwt_keys", "k"), entry("jwt_algorithms", Texts{"RS256", "ES265", "none"}), entry("jwt_user_claim", "")}) ==
      Texts{
          R"(chat.toml:5:1: "jwt_algorithms" in [plugins.identity] names "ES265"; did you mean "ES256"?)",
          R"(chat.toml:5:1: "jwt_algorithms" in [plugins.identity] names "none"; there are HS, RS, PS and ES with 256, 384 and 512, and EdDSA)",
          R"(chat.toml:5:1: "jwt_user_claim" in [plugins.identity] is empty; name a claim)"});
  CHECK(problems({"static"}) ==
        Texts{R"(chat.toml:3:1: "static_users" in [plugins.identity] is empty; the mode static needs it)"});
  CHECK(
      problems({"open"}, {entry("jwt_keys", "k"), entry("static_users", "u")}) ==
      Texts{
          R"(chat.toml:5:1: "jwt_keys" in [plugins.identity] is for the mode jwt, which is not in modes; add it there, or leave this out)",
          R"(chat.toml:5:1: "static_users" in [plugins.identity] is for the mode static, which is not in modes; add it there, or leave this out)"});
}

TEST_CASE("a pattern of certificates' names has one star, where the user stands") {
  CHECK(problems({"mtls"}).empty());
  CHECK(
      problems({"mtls"}, {entry("mtls_pattern", "alice")}) ==
      Texts{
          R"(chat.toml:5:1: "mtls_pattern" in [plugins.identity] is "alice"; expected a name with one "*" in it, where the user stands, such as "*@example.org")"});
  CHECK(problems({"mtls"}, {entry("mtls_pattern", "**")}).size() == 1);
  CHECK(problems({"mtls"}, {entry("mtls_identity", "san_ip")}).size() == 1);
  CHECK(
      problems({"open"}, {entry("mtls_pattern", "*")}) ==
      Texts{
          R"(chat.toml:5:1: "mtls_pattern" in [plugins.identity] is for the mode mtls, which is not in modes; add it there, or leave this out)"});
}

TEST_CASE("rules that cannot be read, or that nobody looks at, are problems") {
  CHECK(
      problems({"open"}, {entry("rules", Texts{"everyone: join in *"})}) ==
      Texts{
          R"(chat.toml:5:1: "rules" in [plugins.identity] has rules, which the mode open does not look at; name other modes, or leave them out)"});
  CHECK(
      problems({"static", "open"}, {entry("static_users", "u"), entry("rules", Texts{"everyone: join in *", "x"})}) ==
      Texts{
          R"(chat.toml:5:1: "rules" in [plugins.identity]: the rule "x" has no ": " between whom it is for and what they may do; expected such as "everyone: join publish in lobby team-*" or "role moderator: admin")"});
}

TEST_CASE("keys of an address have problems of their own") {
  CHECK(problems({"jwt"}, {entry("jwt_keys", "https://login.example.org/keys"), entry("jwt_algorithms", Texts{"HS256", "RS256"}),
                           entry("jwt_keys_ca", "ca.pem")})
            .empty());
  CHECK(
      problems({"jwt"}, {entry("jwt_keys", "http://login.example.org/keys"), entry("jwt_algorithms", Texts{"HS256"})}) ==
      Texts{
          R"(chat.toml:5:1: "jwt_keys" in [plugins.identity] is fetched without TLS, so that anybody between could answer with keys of theirs; begin it with https://)",
          R"(chat.toml:5:1: "jwt_algorithms" in [plugins.identity] has only those with a secret, which no address tells; let jwt_keys be a file, or name others)"});
  CHECK(
      problems({"jwt"}, {entry("jwt_keys", "keys"), entry("jwt_algorithms", Texts{"RS256"}), entry("jwt_keys_ca", "ca.pem")}) ==
      Texts{
          R"(chat.toml:5:1: "jwt_keys_ca" in [plugins.identity] is for keys that are fetched; let jwt_keys be an address, or leave this out)"});
}
