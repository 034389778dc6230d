// Clients that show certificates, and who they are by them.
#include "caller.hpp"
#include "catch.hpp"
#include "tls_site.hpp"
#include "tokens.hpp"

using namespace chatd::testing;
using chatd::tls::test::Issued;
using chatd::tls::test::Issuer;
using grpc::StatusCode;

namespace {

const std::string secret(32, 's');

// A host that asks for certificates, and how clients of it come.
struct AskingSite : TlsSite {
  AskingSite() { (void)folder.put("ca.pem", issuer.pem()), (void)folder.put("k.secret", secret); }

  [[nodiscard]] HostOptions asking(const std::string& whether, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"tls.client_ca=" + folder.path("ca.pem"), "tls.client_certificate=" + whether});
    return options(std::move(more));
  }
  [[nodiscard]] HostOptions by_certificate(const std::string& modes, std::vector<std::string> more = {}) const {
    const std::string own = "plugins.identity.";
    more.insert(more.begin(), {"plugins.load=identity,memory", own + "modes=" + modes, own + "mtls_identity=san_uri",
                               own + "mtls_pattern=chat:user:*", own + R"(rules=["everyone: join publish history in *"])"});
    return asking("optional", std::move(more));
  }
  [[nodiscard]] TlsClient anybody() const { return {issuer.pem()}; }
  [[nodiscard]] TlsClient with(const Issued& issued) const { return {issuer.pem(), issued}; }
  // With a certificate of this user.
  [[nodiscard]] TlsClient user(const std::string& id) const {
    return with(issuer.issue({.cn = "", .names = {"URI:chat:user:" + id}}));
  }
};

std::string outcome(const grpc::Status& status) { return status.ok() ? "ok" : status.error_message(); }

grpc::Status publish(const HostProcess& host, const TlsClient& client, const std::string& user, const Metadata& metadata = {}) {
  return publish_over(connect(host, client), message(user, "hi"), metadata);
}

}  // namespace

TEST_CASE("a host that requires certificates turns away who has none, or one that its authority does not vouch for") {
  const AskingSite site;
  const Issuer stranger("A stranger");
  const HostProcess host(site.asking("required"));
  CHECK(outcome(publish(host, site.user("alice"), "alice")) == "ok");
  CHECK(publish(host, site.anybody(), "alice").error_code() == StatusCode::UNAVAILABLE);
  CHECK(publish(host, site.with(stranger.issue()), "alice").error_code() == StatusCode::UNAVAILABLE);
  const auto expired = site.issuer.issue({.begins = -7'200, .ends = -3'600});
  CHECK(publish(host, site.with(expired), "alice").error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("where certificates are optional, who has none may come, and who has a bad one may not") {
  const AskingSite site;
  const Issuer stranger("A stranger");
  const HostProcess host(site.asking("optional"));
  CHECK(outcome(publish(host, site.user("alice"), "alice")) == "ok");
  CHECK(outcome(publish(host, site.anybody(), "alice")) == "ok");
  CHECK(publish(host, site.with(stranger.issue()), "alice").error_code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("authorities that have changed vouch for who comes then") {
  const AskingSite site;
  const Issuer next("The next authority");
  const HostProcess host(site.asking("required"));
  const auto newcomer = site.with(next.issue());
  Listener alice(connect(host, site.user("alice")), hello("alice"));
  CHECK(publish(host, newcomer, "bob").error_code() == StatusCode::UNAVAILABLE);
  (void)site.folder.put("ca.pem", next.pem());
  REQUIRE(eventually([&] { return host.log().find("certificates have changed") != std::string::npos; }));
  CHECK(outcome(publish(host, newcomer, "bob")) == "ok");
  CHECK(publish(host, site.user("alice"), "alice").error_code() == StatusCode::UNAVAILABLE);
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"hi"});
}

TEST_CASE("a client is whom its certificate names, and nobody else") {
  const AskingSite site;
  const HostProcess host(site.by_certificate("mtls"));
  const auto alice = site.user("alice");
  CHECK(outcome(publish(host, alice, "alice")) == "ok");
  const auto other = publish(host, alice, "bob");
  CHECK(other.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(other.error_message() == "Message.id is \"bob\", and you are \"alice\"; speak for yourself only");
  Listener stream(connect(host, alice), hello("alice"));
  CHECK(stream.initial("chatd-subscribed") == "1");
  CHECK(std::stoll(stream.initial("chatd-lasts-ms")) > 80'000'000);  // as long as the certificate
  Listener posing(connect(host, alice), hello("bob"));
  CHECK(posing.wait_end().error_code() == StatusCode::PERMISSION_DENIED);
}

TEST_CASE("who shows no certificate, or one that names no user, is nobody") {
  const AskingSite site;
  const HostProcess host(site.by_certificate("mtls"));
  const auto absent = publish(host, site.anybody(), "alice");
  CHECK(absent.error_code() == StatusCode::UNAUTHENTICATED);
  const auto unnamed = publish(host, site.with(site.issuer.issue({.cn = "alice", .names = {"DNS:chat.example.org"}})), "alice");
  CHECK(unnamed.error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(unnamed.error_message() ==
        "your certificate names no user of this server: it has no name (san_uri) of the form that this server looks for");
}

TEST_CASE("two connections with the same metadata and different certificates never share who they are") {
  const AskingSite site;
  // No files are read again: what was found out is kept from the first call on.
  const HostProcess host(site.by_certificate("mtls"));
  const auto alice = connect(host, site.user("alice")), bob = connect(host, site.user("bob")),
             none = connect(host, site.anybody());
  const auto says = [](const auto& channel, const std::string& user, const Metadata& metadata) {
    return publish_over(channel, message(user, "hi"), metadata).error_code();
  };
  for (const auto& metadata : {Metadata{}, as("Bearer x")}) {
    for (int round = 0; round < 3; ++round) {
      CHECK(says(alice, "alice", metadata) == StatusCode::OK);
      CHECK(says(bob, "bob", metadata) == StatusCode::OK);
      CHECK(says(alice, "bob", metadata) == StatusCode::PERMISSION_DENIED);
      CHECK(says(bob, "alice", metadata) == StatusCode::PERMISSION_DENIED);
      CHECK(says(none, "alice", metadata) == StatusCode::UNAUTHENTICATED);
    }
  }
}

TEST_CASE("certificates and tokens together: the first mode that knows what to do decides") {
  const AskingSite site;
  const std::vector<std::string> jwt{"plugins.identity.jwt_algorithms=HS256",
                                     "plugins.identity.jwt_keys=" + site.folder.path("k.secret"),
                                     "plugins.identity.jwt_endless=true"};
  const auto token = as("Bearer " + chatd::identity::test::sign_hs256(secret, R"({"alg":"HS256"})", R"({"sub":"carol"})"));
  const auto proxy = site.with(site.issuer.issue({.cn = "", .names = {"DNS:proxy.example.org"}}));
  {
    const HostProcess host(site.by_certificate("mtls,jwt", jwt));
    CHECK(outcome(publish(host, site.user("alice"), "alice", token)) == "ok");
    CHECK(publish(host, site.user("alice"), "carol", token).error_code() == StatusCode::PERMISSION_DENIED);
    CHECK(outcome(publish(host, site.anybody(), "carol", token)) == "ok");
    CHECK(outcome(publish(host, proxy, "carol", token)) == "ok");  // its certificate names no user
  }
  const HostProcess host(site.by_certificate("jwt,mtls", jwt));
  CHECK(outcome(publish(host, site.user("alice"), "carol", token)) == "ok");
  CHECK(outcome(publish(host, site.user("alice"), "alice")) == "ok");
  CHECK(publish(host, site.user("alice"), "alice", as("Bearer x")).error_code() == StatusCode::UNAUTHENTICATED);
}
