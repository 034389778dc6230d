// identity, prometheus and words, held to the suites of what they are.
#include <fstream>

#include "chatd/sdk/testing/authenticator_suite.hpp"
#include "chatd/sdk/testing/exporter_suite.hpp"
#include "chatd/sdk/testing/filter_suite.hpp"
#include "chatd/sdk/testing/presence_suite.hpp"
#include "loaded.hpp"
#include "temp_folder.hpp"

using namespace chatd;
using check::Loaded;
using sdk::testing::Shown;

namespace {

using List = std::vector<std::string>;

// Alice, whose password is "pw", and whose token ends after the suite's time.
constexpr std::string_view user =
    "alice:$scrypt$ln=14,r=8,p=1$Y29uZm9ybWFuY2Utc2FsdA$DsHORelxI0XCW9bkp6TGQADTYFhtFROHaFNyp1+LJg0:member\n";
constexpr std::string_view token =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6MTgwMDAwMDEwMH0.0o_5WNxz_4VLppqiK4QYxcUqoqo4YKXMQqfIhZh4SCg";

class Identity final : public Loaded<sdk::testing::AuthenticatorFactory> {
 public:
  Identity(const check::Subject& subject, Shown good, Shown bad, Shown foreign)
      : Loaded(subject), good_(std::move(good)), bad_(std::move(bad)), foreign_(std::move(foreign)) {}
  std::optional<Shown> good() override { return good_; }
  std::optional<Shown> bad() override { return bad_; }
  std::optional<Shown> foreign() override { return foreign_; }

 private:
  Shown good_, bad_, foreign_;
};

class Words final : public Loaded<sdk::testing::FilterFactory> {
 public:
  using Loaded::Loaded;
  std::optional<sdk::testing::OwnedDraft> passed() override { return sdk::testing::OwnedDraft{"alice", "", "good morning"}; }
  std::optional<sdk::testing::OwnedDraft> changed() override { return of_action("mask"); }
  std::optional<sdk::testing::OwnedDraft> refused() override { return of_action("refuse"); }

 private:
  std::optional<sdk::testing::OwnedDraft> of_action(const std::string& action) {
    const auto* const found = std::get_if<std::string>(&subject().section.entries.back().value);
    if (!found || *found != action) return std::nullopt;
    return sdk::testing::OwnedDraft{"alice", "den", "oh Darn it"};
  }
};

}  // namespace

TEST_CASE("identity with passwords is a good authenticator", "[conformance]") {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "users") << user;
  const auto subject =
      test::built("identity", {test::entry("modes", List{"static"}), test::entry("rules", List{"role member: join in *"}),
                               test::entry("static_users", (folder.path() / "users").string())});
  Identity factory(subject, {"Basic", "YWxpY2U6cHc=", {}}, {"Basic", "YWxpY2U6d3Jvbmc=", {}}, {"Bearer", std::string(token), {}});
  test::expect_held(sdk::testing::authenticator_cases(), factory, {});
}

TEST_CASE("identity with tokens is a good authenticator", "[conformance]") {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "key.secret") << std::string(32, 's');
  const auto subject = test::built("identity", {test::entry("modes", List{"jwt"}), test::entry("jwt_algorithms", List{"HS256"}),
                                                test::entry("jwt_keys", (folder.path() / "key.secret").string())});
  std::string wrong(token);
  wrong.back() = wrong.back() == 'g' ? 'A' : 'g';
  Identity factory(subject, {"Bearer", std::string(token), {}}, {"Bearer", wrong, {}}, {"Basic", "YWxpY2U6cHc=", {}});
  test::expect_held(sdk::testing::authenticator_cases(), factory, {});
}

TEST_CASE("identity that is open is a good authenticator", "[conformance]") {
  const auto subject = test::built("identity");
  Loaded<sdk::testing::AuthenticatorFactory> factory(subject);
  test::expect_held(sdk::testing::authenticator_cases(), factory, {"accepts", "refuses", "abstains", "denies"});
}

TEST_CASE("identity is a good presence store", "[conformance]") {
  const auto subject = test::built("identity");
  Loaded<sdk::testing::PresenceFactory> factory(subject);
  test::expect_held(sdk::testing::presence_cases(), factory, {});
}

TEST_CASE("prometheus is a good exporter", "[conformance]") {
  const auto subject = test::built("prometheus", {test::entry("listen", std::string("127.0.0.1:0"))});
  Loaded<sdk::testing::ExporterFactory> factory(subject);
  test::expect_held(sdk::testing::exporter_cases(), factory, {});
}

TEST_CASE("words is a good filter, whatever it does with them", "[conformance]") {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "words") << "darn\nheck\n";
  for (const auto& [action, declined] : {std::pair("mask", "refuses"), std::pair("refuse", "changes")}) {
    const auto subject = test::built(
        "words", {test::entry("file", (folder.path() / "words").string()), test::entry("action", std::string(action))});
    Words factory(subject);
    test::expect_held(sdk::testing::filter_cases(), factory, {declined});
  }
}
