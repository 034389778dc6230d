// Two people at two terminals, as in the README: the program `chat` against a real host.
#include <csignal>

#include "catch.hpp"
#include "child.hpp"
#include "host_process.hpp"
#include "tls_site.hpp"

using namespace chatd::testing;
using chatd::client::Child;

namespace {

std::vector<std::string> client(const std::string& user, const HostProcess& host) {
  return {"client", user, "--server", host.address()};
}

}  // namespace

TEST_CASE("alice and bob chat at their terminals") {
  HostProcess host;
  Child alice(Child::On::terminal, client("alice", host));
  Child bob(Child::On::terminal, client("bob", host));
  REQUIRE(alice.prints("Connected to server as user: alice"));
  REQUIRE(bob.prints("Connected to server as user: bob"));
  alice.type("hello, bob\r");
  CHECK(alice.prints("You: hello, bob"));
  CHECK(bob.prints("alice: hello, bob"));
  bob.type("안녕 😀\r");
  CHECK(bob.prints("You: 안녕 😀"));
  CHECK(alice.prints("bob: 안녕 😀"));
  alice.type("/quit\r");
  CHECK(alice.prints("Goodbye!"));
  CHECK(alice.wait() == 0);
  bob.type("\x04");
  CHECK(bob.wait() == 0);
}

TEST_CASE("who asks is told who is here, where somebody is, and which servers there are") {
  HostProcess host({.set = {"plugins.load=identity,memory", "host.server_id=host-1"}});
  Child alice(Child::On::terminal, client("alice", host));
  Child bob(Child::On::terminal, client("bob", host));
  REQUIRE(alice.prints("Connected to server as user: alice"));
  REQUIRE(bob.prints("Connected to server as user: bob"));
  alice.type("/who\r");
  CHECK(alice.prints("the lobby (2): alice, bob"));
  bob.type("/join games\r");
  CHECK(bob.prints("#games"));
  bob.type("ready\r");
  CHECK(bob.prints("You: ready"));
  alice.type("/who bob\r");
  CHECK(alice.prints("bob: the lobby, #games (2 connections, on host-1)"));
  alice.type("/servers\r");
  CHECK(alice.prints("host-1: 2 users, 3 connections (this one)"));
  alice.type("/quit\r");
  CHECK(alice.wait() == 0);
}

TEST_CASE("what is typed right after /join is seen by its sender") {
  HostProcess host;
  for (int i = 0; i < 10; ++i) {
    Child alice(Child::On::pipes, client("alice", host));
    alice.type("/join red\nhello, red\n");
    CHECK(alice.prints("#red You: hello, red"));
    alice.type("/quit\n");
    CHECK(alice.wait() == 0);
  }
}

TEST_CASE("a script sends by a pipe, and a room's members read it") {
  HostProcess host;
  auto in_red = client("bob", host);
  in_red.insert(in_red.end(), {"--room", "red"});
  Child bob(Child::On::pipes, in_red);
  REQUIRE(bob.complains("Connected to server as user: bob"));
  bob.type("ready\n");
  REQUIRE(bob.prints("#red You: ready"));
  auto to_red = client("alice", host);
  to_red.insert(to_red.end(), {"--room", "red"});
  Child alice(Child::On::pipes, to_red);
  alice.type("one\ntwo\n");
  alice.close_input();
  CHECK(alice.wait() == 0);
  CHECK(bob.prints("#red alice: one"));
  CHECK(bob.prints("#red alice: two"));
}

TEST_CASE("a client finds its way back to a host that was restarted on its port") {
  auto host = std::make_unique<HostProcess>();
  const std::string address = host->address();
  Child alice(Child::On::pipes, client("alice", *host));
  REQUIRE(alice.complains("Connected to server as user: alice\n"));
  host->signal(SIGTERM);
  REQUIRE(alice.complains("this server is shutting down; connect again; trying again"));
  REQUIRE(host->wait() == 0);
  host = std::make_unique<HostProcess>(HostOptions{.set = {"host.listen=" + address}});
  REQUIRE(alice.complains("Connected to server as user: alice\n"));
  alice.type("back\n");
  CHECK(alice.prints("You: back"));
  alice.type("/quit\n");
  CHECK(alice.wait() == 0);
}

TEST_CASE("people talk over TLS, with certificates where the host asks for them, and are told why not") {
  const TlsSite site;
  (void)site.folder.put("ca.pem", site.issuer.pem());
  const auto own = site.issuer.issue({.cn = "alice", .names = {}});
  const std::vector<std::string> trust{"--ca", site.folder.path("ca.pem")};
  const std::vector<std::string> show{"--cert", site.folder.put("alice.pem", own.certificate), "--key",
                                      site.folder.put("alice.key", own.key)};
  const HostProcess host(
      site.options({"tls.client_ca=" + site.folder.path("ca.pem"), "plugins.load=identity,memory", "plugins.identity.modes=mtls",
                    R"(plugins.identity.rules=["everyone: join publish in *"])"}));
  const auto chat = [&](const std::string& user, const std::vector<std::vector<std::string>>& parts) {
    std::vector<std::string> all{"client", user, "--server", host.address()};
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  Child alice(Child::On::pipes, chat("alice", {trust, show}));
  REQUIRE(alice.complains("Connected to server as user: alice"));
  alice.type("hello\n");
  alice.close_input();
  CHECK(alice.wait() == 0);

  Child eve(Child::On::pipes, chat("eve", {trust, show}));
  CHECK(eve.complains("and you are \"alice\"; speak for yourself only"));
  CHECK(eve.wait() == 1);
  Child bob(Child::On::pipes, chat("bob", {trust}));
  CHECK(bob.complains("a certificate of yours that it trusts"));
  Child carol(Child::On::pipes, chat("carol", {{"--tls"}}));
  CHECK(carol.complains("none of those whom you trust vouches for it"));
  Child dave(Child::On::pipes, chat("dave", {trust, {"--cert", site.folder.path("alice.pem")}}));
  CHECK(dave.complains("--cert requires --key"));
  CHECK(dave.wait() == 2);
}
