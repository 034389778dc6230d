// Whom a certificate names.
#include "plugins/identity/mtls.hpp"

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "issuer.hpp"

using namespace chatd;
using namespace chatd::identity;
using namespace std::chrono_literals;
using tls::test::Issued;
using tls::test::Issuer;
using tls::test::Wanted;

namespace {

struct Asking {
  Asking(CertificateName name, const std::string& pattern) : mode(name, pattern) { mode.start(clock); }

  sdk::testing::Found ask(std::string_view certificate) {
    sdk::testing::RecordingVerdict verdict;
    if (!mode.authenticate({{}, {}, certificate}, verdict)) {
      CHECK(verdict.count() == 0);
      return std::nullopt;
    }
    return verdict.wait(std::chrono::steady_clock::now()).value();
  }
  std::string user(const Wanted& wanted) {
    const auto found = ask(issuer.issue(wanted).certificate);
    return !found ? found.error().text : *found ? (*found)->user_id : "(abstains)";
  }

  Issuer issuer;
  sdk::testing::ManualClock clock{std::chrono::system_clock::now()};  // the issuer takes its times from that one
  MtlsMode mode;
};

}  // namespace

TEST_CASE("the user is what stands where the pattern has its star") {
  CHECK(Asking(CertificateName::cn, "*").user({.cn = "alice"}) == "alice");
  CHECK(Asking(CertificateName::cn, "user *").user({.cn = "user Zo\u00eb"}) == "Zo\u00eb");
  CHECK(Asking(CertificateName::san_uri, "spiffe://a.org/user/*").user({.names = {"URI:spiffe://a.org/user/alice"}}) == "alice");
  CHECK(Asking(CertificateName::san_email, "*@example.org").user({.names = {"email:alice@example.org"}}) == "alice");
  CHECK(Asking(CertificateName::san_dns, "*.Users.example.org").user({.names = {"DNS:Alice.users.Example.org"}}) == "alice");
}

TEST_CASE("names of other kinds and forms are nobody's") {
  CHECK(Asking(CertificateName::cn, "user-*").user({.cn = "alice"}) == "(abstains)");
  CHECK(Asking(CertificateName::cn, "user-*").user({.cn = "user-"}) == "(abstains)");
  CHECK(Asking(CertificateName::cn, "aXa*aXa").user({.cn = "aXa"}) == "(abstains)");
  CHECK(Asking(CertificateName::cn, "*").user({.cn = ""}) == "(abstains)");
  CHECK(Asking(CertificateName::san_dns, "*").user({.cn = "alice", .names = {"URI:alice", "email:alice@a"}}) == "(abstains)");
  CHECK(Asking(CertificateName::san_uri, "a:*").user({.names = {"URI:A:alice"}}) == "(abstains)");
  CHECK(Asking(CertificateName::san_uri, "a:*").user({.names = {}}) == "(abstains)");
}

TEST_CASE("of several names the one that fits counts, and two that differ are refused") {
  Asking asking(CertificateName::san_uri, "chat:*");
  CHECK(asking.user({.names = {"URI:http://a.org", "URI:chat:alice"}}) == "alice");
  CHECK(asking.user({.names = {"URI:chat:alice", "URI:chat:alice"}}) == "alice");
  CHECK(asking.user({.names = {"URI:chat:alice", "URI:chat:bob"}}) ==
        "your certificate names several users; one has to name one");
}

TEST_CASE("a name with a control character, or with a NUL that would cut it, is refused") {
  Asking asking(CertificateName::cn, "*");
  CHECK(asking.user({.cn = "alice\n"}) == "your certificate names a user with a control character");
  CHECK(asking.user({.cn = std::string("alice\0.evil", 11)}) == "your certificate names a user with a control character");
}

TEST_CASE("it holds as long as the certificate, and is called by the fingerprint") {
  Asking asking(CertificateName::cn, "*");
  const auto pem = asking.issuer.issue({.cn = "alice", .ends = 100}).certificate;
  const auto found = asking.ask(pem);
  REQUIRE((found && *found));
  CHECK((*found)->mode == "mtls");
  CHECK((*found)->token_id.size() == 64);
  REQUIRE((*found)->expires.has_value());
  CHECK((*found)->expires == (*found)->streams_end);
  CHECK(*(*found)->expires > asking.clock.now());
  CHECK((*asking.ask(asking.issuer.issue({.cn = "alice"}).certificate))->token_id != (*found)->token_id);
  asking.clock.advance(200s);
  const auto late = asking.ask(pem);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().text == "your certificate has expired; connect again with a newer one");
}

TEST_CASE("without a certificate it abstains, and one that cannot be read is refused") {
  Asking asking(CertificateName::cn, "*");
  const auto none = asking.ask("");
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
  const auto broken = asking.ask("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == sdk::Code::unauthenticated);
}
