// The client library over TLS, and what it says when that cannot be.
#include <memory>
#include <string>

#include "catch.hpp"
#include "chatd/client/client.hpp"
#include "notes.hpp"
#include "tls_site.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace chatd::testing;

namespace {

std::unique_ptr<Client> opened(const std::string& target, std::optional<Tls> tls) {
  return Client::open({.target = target, .user = {"alice", "Alice"}, .tls = std::move(tls)}).value();
}

std::string said(Client& client) {
  const auto receipt = client.publish({.room = {}, .content = "hi", .message_id = {}});
  return receipt ? "ok" : receipt.error().text;
}

bool ends(const std::string& text, const std::string& end) {
  INFO(text);
  CHECK(text.ends_with(end));
  return text.ends_with(end);
}

}  // namespace

TEST_CASE("client: over TLS it talks as without") {
  const TlsSite site;
  const HostProcess host(site.options());
  const auto alice = opened(host.address(), Tls{.ca = site.folder.put("ca.pem", site.issuer.pem())});
  Notes notes;
  const auto heard = alice->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  CHECK(said(*alice) == "ok");
  CHECK(notes.wait_for("/hi"));
}

TEST_CASE("client: a server that it cannot trust, or that does not speak as it does, is told as such") {
  const TlsSite site, other;
  const Tls trusting{.ca = site.folder.put("ca.pem", site.issuer.pem())};
  const Tls wrong{.ca = other.folder.put("ca.pem", other.issuer.pem())};
  const std::string untrusted =
      "; its certificate has expired, or none of those whom you trust vouches for it: name its authority as ca";
  {
    const HostProcess host(site.options());
    CHECK(ends(said(*opened(host.address(), wrong)), untrusted));
    CHECK(ends(said(*opened(host.address(), Tls{})), untrusted));
    CHECK(ends(said(*opened(host.address(), std::nullopt)),
               "; it hung up before it said a word: it may want TLS, or a certificate of yours that it trusts"));
  }
  site.replace(site.issuer.issue({.names = {"DNS:chat.example.org"}}));
  const HostProcess misnamed(site.options());
  CHECK(ends(said(*opened(misnamed.address(), trusting)), "; its certificate is for other names; connect to one of those"));
  site.replace(site.issuer.issue({.begins = -7'200, .ends = -3'600}));
  const HostProcess expired(site.options());
  CHECK(ends(said(*opened(expired.address(), trusting)), untrusted));
  const HostProcess open;
  CHECK(ends(said(*opened(open.address(), trusting)), "; what listens there does not speak TLS"));
}

TEST_CASE("client: files that are no good are told before anything is connected to") {
  const TlsSite site;
  const auto why = [](const Tls& tls) {
    const auto found = Client::open({.target = "localhost:1", .user = {"alice", "Alice"}, .tls = tls});
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == sdk::Code::invalid_argument);
    return found.error().text;
  };
  CHECK(why({.ca = site.folder.path("none.pem")}) ==
        site.folder.path("none.pem") + ": cannot be read: No such file or directory");
  CHECK(why({.certificate = site.folder.path("host.pem")}) ==
        "a certificate needs its private key, and the key its certificate; give both");
  const auto key = site.folder.put("other.key", site.issuer.issue().key);
  CHECK(why({.certificate = site.folder.path("host.pem"), .key = key}) ==
        key + ": it is not the key of the certificate in " + site.folder.path("host.pem"));
}
