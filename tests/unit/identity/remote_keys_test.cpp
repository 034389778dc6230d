// Keys that are fetched from an address, through the plugin's object or by themselves.
#include "plugins/identity/remote_keys.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "key_server.hpp"
#include "plugins/identity/authority.hpp"
#include "temp.hpp"
#include "tokens.hpp"

using namespace chatd;
using namespace chatd::identity;
using namespace std::chrono_literals;
using sdk::Code;
using test::KeyServer;

namespace {

constexpr auto patience = 60s;

bool eventually(const std::function<bool()>& met) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!met() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(2ms);
  return met();
}

std::string set_of(const std::vector<std::string>& keys) {
  std::string all;
  for (const auto& key : keys) all += (all.empty() ? "" : ",") + key;
  return R"({"keys":[)" + all + "]}";
}

std::string token(const test::RsaIssuer& issuer, const std::string& key_id) {
  return issuer.sign(R"({"alg":"RS256","kid":")" + key_id + "\"}", R"({"sub":"alice","exp":1800000100})");
}

// RSA keys take long to make.
const test::RsaIssuer& issuer(int number) {
  static const std::array<test::RsaIssuer, 2> issuers;
  return issuers.at(static_cast<std::size_t>(number));
}

struct Asking {
  explicit Asking(const KeyServer& server, const std::function<void(Options&)>& more = {}) {
    Options options;
    options.modes = {"jwt"};
    options.jwt_algorithms = {"RS256"};
    options.jwt_keys = server.url();
    options.jwt_keys_timeout_ms = 60'000;
    if (more) more(options);
    authority.configure(options);
    const auto started = authority.start({log, clock, "server"});
    if (!started) FAIL(started.error().text);
  }
  ~Asking() { authority.stop(); }

  sdk::testing::Found ask(const std::string& text) {
    sdk::testing::RecordingVerdict verdict;
    authority.authenticate({"Bearer", text, {}}, verdict);
    const auto found = verdict.wait(std::chrono::steady_clock::now() + patience);
    REQUIRE(found.has_value());
    CHECK(verdict.count() == 1);
    return *found;
  }
  std::string user(const std::string& text) {
    const auto found = ask(text);
    return found ? (*found)->user_id : found.error().text;
  }

  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  Authority authority;
};

// The keys alone, with times as a test wants them.
struct Fetching {
  explicit Fetching(RemoteKeys::Options options) : keys(std::move(options), [](const KeyRing&) { return sdk::Result<>(); }) {
    keys.start(log, [this]() noexcept { ++changes; });
  }
  ~Fetching() { keys.stop(); }

  std::size_t said(sdk::Level level, std::string_view text) const {
    std::size_t count = 0;
    for (const auto& line : log.lines()) count += line.level == level && line.text.find(text) != std::string::npos;
    return count;
  }

  sdk::testing::RecordingLogger log;
  std::atomic<int> changes = 0;
  RemoteKeys keys;
};

RemoteKeys::Options often(const KeyServer& server) {
  return {.fetch = {.url = server.url(), .ca = {}, .timeout = 60s}, .refresh = 5ms, .retry = 5ms};
}

}  // namespace

TEST_CASE("a token waits for the first keys of an address, and is checked by them") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one")}));
  Asking asking(server);
  CHECK(asking.user(token(issuer(0), "one")) == "alice");
  CHECK(asking.user(token(issuer(1), "one")) == "the token's signature is wrong");
  CHECK(server.requests() == 1);
  CHECK(asking.authority.revision() == 1);
}

TEST_CASE("a key that is not there is fetched once, and tokens of invented keys fetch nothing more") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one")}));
  Fetching fetching({.fetch = {.url = server.url(), .ca = {}, .timeout = 60s}, .least_between = 1h});
  REQUIRE(eventually([&] { return fetching.keys.get() != nullptr; }));
  CHECK_FALSE(fetching.keys.get()->knows("two"));
  CHECK(fetching.keys.ask([](bool) noexcept {}) == RemoteKeys::Asked::too_soon);
  CHECK(server.requests() == 1);
}

TEST_CASE("when it may, a token of an unknown key has the keys fetched, and waits for them") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one")}));
  Fetching fetching({.fetch = {.url = server.url(), .ca = {}, .timeout = 60s}, .least_between = 0ms});
  REQUIRE(eventually([&] { return fetching.keys.get() != nullptr; }));
  server.answer(set_of({issuer(0).jwk("one"), issuer(1).jwk("two")}));
  std::atomic<int> told = 0;
  REQUIRE(fetching.keys.ask([&](bool asked) noexcept { told += asked && fetching.keys.get()->knows("two") ? 1 : 100; }) ==
          RemoteKeys::Asked::yes);
  CHECK(eventually([&] { return told == 1; }));
  CHECK(server.requests() == 2);
  CHECK(fetching.changes == 2);
}

TEST_CASE("a token that names a key which is not there waits for the keys to be fetched again") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one")}));
  sdk::testing::RecordingLogger log;
  const sdk::testing::ManualClock clock;
  TokenRules rules;
  rules.algorithms = {algorithm("RS256")};
  JwtMode mode(rules, {.fetch = {.url = server.url(), .ca = {}, .timeout = 60s}, .least_between = 0ms});
  std::atomic<int> changes = 0;
  mode.start(clock, log, [&]() noexcept { ++changes; });
  REQUIRE(eventually([&] { return changes == 1; }));
  const auto user = [&](const std::string& text) {
    sdk::testing::RecordingVerdict verdict;
    REQUIRE(mode.authenticate({"Bearer", text, {}}, verdict));
    const auto found = verdict.wait(std::chrono::steady_clock::now() + patience);
    REQUIRE(found.has_value());
    return *found ? (**found)->user_id : found->error().text;
  };
  server.answer(set_of({issuer(0).jwk("one"), issuer(1).jwk("two")}));
  CHECK(user(token(issuer(0), "one")) == "alice");
  CHECK(server.requests() == 1);
  CHECK(user(token(issuer(1), "two")) == "alice");
  CHECK(user(token(issuer(1), "three")) == "the token is signed with a key that this server does not know");
  CHECK(server.requests() == 3);
  mode.stop();
}

TEST_CASE("keys are fetched again by themselves, and one that is gone is unknown then") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one"), issuer(1).jwk("two")}));
  Fetching fetching(often(server));
  REQUIRE(eventually([&] { return server.requests() > 2; }));
  CHECK(fetching.changes == 1);  // the same again is no change
  server.answer(set_of({issuer(1).jwk("two")}));
  CHECK(eventually([&] { return fetching.changes == 2; }));
  CHECK_FALSE(fetching.keys.get()->knows("one"));
  CHECK(fetching.keys.get()->knows("two"));
}

TEST_CASE("while an address answers nothing of use the last keys stay, and it is said once") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one")}));
  Fetching fetching(often(server));
  REQUIRE(eventually([&] { return fetching.keys.get() != nullptr; }));
  const auto fails_with = [&](const std::string& why) {
    INFO(why);
    CHECK(eventually([&] { return fetching.said(sdk::Level::error, why) > 0; }));
    const auto before = server.requests();
    CHECK(eventually([&] { return server.requests() > before + 2; }));
    CHECK(fetching.said(sdk::Level::error, why) == 1);
    CHECK(fetching.keys.get()->knows("one"));
    const auto mended = fetching.said(sdk::Level::info, "fetched again");
    server.answer(set_of({issuer(0).jwk("one")}));
    CHECK(eventually([&] { return fetching.said(sdk::Level::info, "fetched again") > mended; }));
  };
  server.answer("{}", "503 Service Unavailable");
  fails_with("it answers 503 instead of 200");
  server.answer("", "302 Found", "Location: http://127.0.0.1:1/\r\n");
  fails_with("it answers 302 instead of 200");
  server.answer("<html>");
  fails_with("JSON");
  server.answer(R"({"keys":[{"kty":"oct","k":"AAAA"}]})");
  fails_with("it has no public key that checks signatures");
  server.answer(std::string(1'100'000, ' '));
  fails_with("its answer has more than 1048576 bytes");
  CHECK(fetching.changes == 1);
}

TEST_CASE("keys that could not be fetched anew for too long are not used") {
  KeyServer server;
  server.answer(set_of({issuer(0).jwk("one")}));
  Fetching fetching({.fetch = {.url = server.url(), .ca = {}, .timeout = 60s}, .stale = 0ms});
  CHECK(eventually([&] { return fetching.changes == 1 && fetching.keys.get() == nullptr; }));
}

TEST_CASE("a host starts without its address of keys, and takes tokens as soon as it is there") {
  KeyServer server;
  server.answer("", "500 Internal Server Error");
  Asking asking(server);
  const auto found = asking.ask(token(issuer(0), "one"));
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::unavailable);
  CHECK(found.error().retryable);
  CHECK(eventually([&] {
    return std::ranges::any_of(asking.log.lines(), [](const auto& line) {
      return line.text.find("tokens are answered UNAVAILABLE") != std::string::npos;
    });
  }));
  server.answer(set_of({issuer(0).jwk("one")}));
  CHECK(eventually([&] { return asking.ask(token(issuer(0), "one")).has_value(); }));
}

TEST_CASE("so many tokens may wait for their keys, and a stop tells each") {
  KeyServer server;
  server.hold();
  Asking asking(server);
  REQUIRE(eventually([&] { return server.requests() == 1; }));
  const auto text = token(issuer(0), "one");
  std::vector<sdk::testing::RecordingVerdict> waiting(RemoteKeys::most_waiters);
  for (auto& verdict : waiting) asking.authority.authenticate({"Bearer", text, {}}, verdict);
  const auto found = asking.ask(text);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::resource_exhausted);
  for (auto& verdict : waiting) CHECK(verdict.count() == 0);
  asking.authority.stop();
  for (auto& verdict : waiting) CHECK(verdict.count() == 1);
}

TEST_CASE("an address' certificate is checked") {
  KeyServer server(KeyServer::Scheme::https);
  server.answer(set_of({issuer(0).jwk("one")}));
  const test::TempFolder folder;
  test::write_file(folder.path() / "ca.pem", server.certificate());
  {
    Asking asking(server, [&](Options& options) { options.jwt_keys_ca = folder.path() / "ca.pem"; });
    CHECK(asking.user(token(issuer(0), "one")) == "alice");
  }
  Fetching fetching(often(server));
  CHECK(eventually([&] { return fetching.said(sdk::Level::error, "certificate") == 1; }));
  CHECK(fetching.keys.get() == nullptr);
}

TEST_CASE("a file of certificates for an address that is none is found at the start") {
  const KeyServer server(KeyServer::Scheme::https);
  const test::TempFolder folder;
  const auto started_with = [&](const std::string& file) {
    Options options;
    options.modes = {"jwt"};
    options.jwt_algorithms = {"RS256"};
    options.jwt_keys = server.url();
    options.jwt_keys_ca = file;
    sdk::testing::RecordingLogger log;
    const sdk::testing::ManualClock clock;
    Authority authority;
    authority.configure(options);
    const auto started = authority.start({log, clock, "server"});
    authority.stop();
    return started ? std::string() : started.error().text;
  };
  const auto none = (folder.path() / "none.pem").string();
  CHECK(started_with(none) == none + ": cannot be read: No such file or directory");
  const auto other = (folder.path() / "other.pem").string();
  test::write_file(other, issuer(0).pem());
  CHECK(started_with(other) == other + ": there is no certificate in it; it takes certificates in PEM");
}

TEST_CASE("an address that is no good for keys is refused") {
  const auto why = [](const std::string& url) {
    const auto checked = check_address(url);
    return checked ? std::string() : checked.error().text;
  };
  CHECK(why("https://login.example.org/keys?tenant=1").empty());
  CHECK(why("http://127.0.0.1:8000/keys").empty());
  CHECK(why("http://[::1]/keys").empty());
  CHECK(why("http://localhost/keys").empty());
  const std::string plain =
      "is fetched without TLS, so that anybody between could answer with keys of theirs; begin it with https://";
  CHECK(why("http://login.example.org/keys") == plain);
  CHECK(why("http://127.example.org/keys") == plain);
  CHECK(why("https://me:secret@login.example.org/") ==
        "has a name or a password in it, which would come into logs; leave it out");
  CHECK(why("https://") == "is no address of the web");
  CHECK(shown("https://a.example/keys?code=secret") == "https://a.example/keys");
}
