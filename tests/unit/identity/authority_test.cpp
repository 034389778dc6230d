// The plugin's object, from its options to its verdicts, with files as an operator has them.
#include "plugins/identity/authority.hpp"

#include <atomic>
#include <thread>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "temp.hpp"
#include "tokens.hpp"

using namespace chatd;
using namespace chatd::identity;
using namespace std::chrono_literals;
using sdk::Action;
using sdk::Code;
using test::write_file;

namespace {

constexpr auto patience = 60s;

const std::string secret(32, 's');

std::string token(const std::string& user, const std::string& more = {}) {
  return test::sign_hs256(secret, R"({"alg":"HS256"})", R"({"sub":")" + user + R"(","exp":1800000100)" + more + "}");
}

struct Running {
  explicit Running(const Options& options) : authority(std::make_unique<Authority>()) {
    authority->configure(options);
    const auto started = authority->start({log, clock, "server"});
    if (!started) FAIL(started.error().text);
  }
  ~Running() { authority->stop(); }

  sdk::testing::Found ask(std::string_view scheme, std::string_view value) const {
    sdk::testing::RecordingVerdict verdict;
    authority->authenticate({scheme, value, {}}, verdict);
    const auto found = verdict.wait(std::chrono::steady_clock::now() + patience);
    REQUIRE(found.has_value());
    CHECK(verdict.count() == 1);
    return *found;
  }
  std::string user(std::string_view scheme, std::string_view value) const {
    const auto found = ask(scheme, value);
    return !found ? found.error().text : *found ? (*found)->user_id : "(abstains)";
  }
  void wait_for_revision_after(std::uint64_t before) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (authority->revision() == before && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    REQUIRE(authority->revision() > before);
  }

  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  std::unique_ptr<Authority> authority;
};

Options jwt(const std::filesystem::path& keys) {
  Options options;
  options.modes = {"jwt"};
  options.jwt_algorithms = {"HS256"};
  options.jwt_keys = keys;
  options.reload_ms = 50;
  return options;
}

}  // namespace

TEST_CASE("open believes everybody, and nobody administers") {
  const Running open{Options{}};
  CHECK(open.authority->open());
  const auto found = open.ask("", "");
  REQUIRE((found && *found));
  CHECK((*found)->user_id.empty());
  CHECK(open.authority->authorize(**found, Action::publish, "any").has_value());
  CHECK(open.authority->authorize(**found, Action::admin, "").error().text == "you may not administer this server");
}

TEST_CASE("modes are asked in their order, and whom none knows is none's") {
  const test::TempFolder folder;
  write_file(folder.path() / "k.secret", secret);
  write_file(folder.path() / "users", test::user_line("bob", "pw"));
  auto options = jwt(folder.path() / "k.secret");
  options.modes = {"jwt", "static"};
  options.static_users = folder.path() / "users";
  {
    const Running both(options);
    CHECK_FALSE(both.authority->open());
    CHECK(both.user("Bearer", token("alice")) == "alice");
    CHECK(both.user("bEaReR", token("alice")) == "alice");
    CHECK(both.user("Basic", test::base64("bob:pw")) == "bob");
    CHECK(both.user("Basic", test::base64("bob:no")) == "the user's name or the password is wrong");
    CHECK(both.user("Basic", test::base64("eve:pw")) == "the user's name or the password is wrong");
    CHECK(both.user("Basic", "?") == "the credentials are no NAME:PASSWORD in base64");
    CHECK(both.user("Basic", test::base64("no colon")) == "the credentials are no NAME:PASSWORD in base64");
    CHECK(both.user("Negotiate", "x") == "(abstains)");
    CHECK(both.user("", "") == "(abstains)");
    CHECK(both.user("Bearer", "x") == "the token is none of a signed JSON Web Token's three parts");
  }
  options.modes = {"static", "jwt", "open"};
  const Running migrating(options);
  CHECK_FALSE(migrating.authority->open());
  CHECK(migrating.user("", "") == "");
  CHECK(migrating.user("Bearer", token("alice")) == "alice");
  CHECK(migrating.user("Bearer", "x") == "the token is none of a signed JSON Web Token's three parts");
}

TEST_CASE("a token holds until its end by the host's clock") {
  const test::TempFolder folder;
  write_file(folder.path() / "k.secret", secret);
  Running running(jwt(folder.path() / "k.secret"));
  CHECK(running.user("Bearer", token("alice")) == "alice");
  running.clock.advance(131s);
  CHECK(running.user("Bearer", token("alice")) == "the token has expired; get a new one");
}

TEST_CASE("keys are read again when they change, and when they cannot be read the old ones stay") {
  const test::TempFolder folder;
  write_file(folder.path() / "old.secret", secret);
  const Running running(jwt(folder.path()));
  const auto named = [](const std::string& key, const std::string& id) {
    return test::sign_hs256(key, R"({"alg":"HS256","kid":")" + id + "\"}", R"({"sub":"alice","exp":1800000100})");
  };
  const std::string other(32, 'o');
  CHECK(running.user("Bearer", named(secret, "old")) == "alice");
  const std::string unknown = "the token is signed with a key that this server does not know";
  CHECK(running.user("Bearer", named(other, "new")) == unknown);

  auto before = running.authority->revision();
  write_file(folder.path() / "new.secret", other);
  running.wait_for_revision_after(before);
  CHECK(running.user("Bearer", named(other, "new")) == "alice");
  CHECK(running.user("Bearer", named(secret, "old")) == "alice");

  before = running.authority->revision();
  std::filesystem::remove(folder.path() / "old.secret");
  running.wait_for_revision_after(before);
  CHECK(running.user("Bearer", named(secret, "old")) == unknown);

  write_file(folder.path() / "broken.secret", "short");
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto said = [&] {
    for (const auto& line : running.log.lines())
      if (line.level == sdk::Level::error && line.text.find("broken.secret: it is a secret of 5 bytes") != std::string::npos)
        return true;
    return false;
  };
  while (!said() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  CHECK(said());
  CHECK(running.user("Bearer", named(other, "new")) == "alice");
  for (const auto& line : running.log.lines()) CHECK(line.text.find("short") == std::string::npos);
}

TEST_CASE("a user whose line has changed holds no longer") {
  const test::TempFolder folder;
  write_file(folder.path() / "users", test::user_line("alice", "pw") + test::user_line("bob", "pw"));
  Options options;
  options.modes = {"static"};
  options.static_users = folder.path() / "users";
  options.rules = {"everyone: join in *"};
  options.reload_ms = 50;
  const Running running(options);
  const auto alice = running.ask("Basic", test::base64("alice:pw")), bob = running.ask("Basic", test::base64("bob:pw"));
  REQUIRE((alice && *alice && bob && *bob));
  CHECK(running.authority->authorize(**alice, Action::join, "").has_value());
  const auto before = running.authority->revision();
  write_file(folder.path() / "users", test::user_line("alice", "other") + test::user_line("bob", "pw"));
  running.wait_for_revision_after(before);
  const auto changed = running.authority->authorize(**alice, Action::join, "");
  REQUIRE_FALSE(changed.has_value());
  CHECK(changed.error().code == Code::unauthenticated);
  CHECK(running.authority->authorize(**bob, Action::join, "").has_value());
}

TEST_CASE("what is denied says so, by the action and the room") {
  const test::TempFolder folder;
  write_file(folder.path() / "k.secret", secret);
  auto options = jwt(folder.path() / "k.secret");
  options.rules = {"role member: join publish in team-*"};
  const Running running(options);
  const auto member = running.ask("Bearer", token("alice", R"(,"roles":["member"])"));
  const auto guest = running.ask("Bearer", token("bob", R"(,"grants":[{"rooms":["lounge"],"actions":["join"]}])"));
  REQUIRE((member && *member && guest && *guest));
  const auto why = [&](const sdk::testing::Found& who, Action action, std::string_view room) {
    const auto may = running.authority->authorize(**who, action, room);
    if (may) return std::string("may");
    CHECK(may.error().code == Code::permission_denied);
    return may.error().text;
  };
  CHECK(why(member, Action::publish, "team-red") == "may");
  CHECK(why(member, Action::join, "") == "you may not join the lobby");
  CHECK(why(member, Action::history, "team-red") == "you may not read the history of the room \"team-red\"");
  CHECK(why(guest, Action::join, "lounge") == "may");
  CHECK(why(guest, Action::publish, "lounge") == "you may not publish to the room \"lounge\"");
  CHECK(why(guest, Action::presence, "") == "you may not see who is in the lobby");
  CHECK(why(guest, Action::admin, "") == "you may not administer this server");
}

TEST_CASE("files that cannot be read at the start are an error, and nothing runs") {
  const test::TempFolder folder;
  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  Authority authority;
  authority.configure(jwt(folder.path() / "none.secret"));
  const auto started = authority.start({log, clock, "server"});
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().text == (folder.path() / "none.secret").string() + ": cannot be read: No such file or directory");

  write_file(folder.path() / "k.secret", secret);
  auto options = jwt(folder.path() / "k.secret");
  options.jwt_algorithms = {"RS256"};
  authority.configure(options);
  CHECK(authority.start({log, clock, "server"}).error().text ==
        (folder.path() / "k.secret").string() + ": none of its keys is for one of jwt_algorithms");
  authority.stop();
  authority.stop();
}

TEST_CASE("a stop answers those whose password was not looked at") {
  const test::TempFolder folder;
  write_file(folder.path() / "users", test::user_line("alice", "pw"));
  Options options;
  options.modes = {"static"};
  options.static_users = folder.path() / "users";
  Running running(options);
  std::array<sdk::testing::RecordingVerdict, 80> verdicts;
  for (auto& verdict : verdicts) running.authority->authenticate({"Basic", test::base64("alice:pw"), {}}, verdict);
  running.authority->stop();
  std::size_t refused = 0, unavailable = 0;
  for (const auto& verdict : verdicts) {
    REQUIRE(verdict.count() == 1);
    const auto found = *verdict.wait(std::chrono::steady_clock::now());
    refused += !found && found.error().code == Code::resource_exhausted;
    unavailable += !found && found.error().code == Code::unavailable;
  }
  CHECK(refused > 0);
  CHECK(unavailable > 0);
  CHECK(running.user("Basic", test::base64("alice:pw")) == "this server is shutting down; connect again");
}

TEST_CASE("other options hold when they are committed, and not before, or when their files cannot be read") {
  const test::TempFolder folder;
  write_file(folder.path() / "k.secret", secret);
  write_file(folder.path() / "users", test::user_line("bob", "pw"));
  auto options = jwt(folder.path() / "k.secret");
  options.rules = {"everyone: join in *"};
  const Running running(options);
  auto& authority = *running.authority;
  const auto alice = running.ask("Bearer", token("alice"));
  REQUIRE((alice && *alice));
  const auto may_publish = [&] { return authority.authorize(**alice, Action::publish, "red").has_value(); };

  auto next = options;
  next.modes = {"jwt", "static"};
  next.rules = {"everyone: join publish in *"};
  next.static_users = folder.path() / "none";
  CHECK(authority.prepare(next).error().text.find("none") != std::string::npos);
  authority.commit();  // of nothing
  CHECK_FALSE(may_publish());

  next.static_users = folder.path() / "users";
  REQUIRE(authority.prepare(next).has_value());
  CHECK_FALSE(may_publish());
  CHECK(running.user("Basic", test::base64("bob:pw")) == "(abstains)");
  authority.abandon();
  authority.commit();
  CHECK_FALSE(may_publish());

  REQUIRE(authority.prepare(next).has_value());
  const auto before = authority.revision();
  authority.commit();
  CHECK(authority.revision() > before);
  CHECK(may_publish());
  CHECK(running.user("Basic", test::base64("bob:pw")) == "bob");
  CHECK(running.user("Bearer", token("alice")) == "alice");

  // Files of the new options are watched as those of the old ones were.
  const auto committed = authority.revision();
  write_file(folder.path() / "users", test::user_line("carol", "pw"));
  running.wait_for_revision_after(committed);
  CHECK(running.user("Basic", test::base64("carol:pw")) == "carol");
}

TEST_CASE("rules change while they are asked") {
  const test::TempFolder folder;
  write_file(folder.path() / "k.secret", secret);
  auto options = jwt(folder.path() / "k.secret");
  options.rules = {"everyone: join publish in *"};
  const Running running(options);
  const auto alice = running.ask("Bearer", token("alice"));
  REQUIRE((alice && *alice));
  std::atomic<bool> over = false;
  std::size_t refused = 0;
  std::jthread asker([&] {
    while (!over) refused += running.authority->authorize(**alice, Action::publish, "red") ? 0 : 1;
  });
  for (int i = 0; i < 100; ++i) {
    options.rules = {"everyone: join publish in *", "user u" + std::to_string(i) + ": history in red"};
    REQUIRE(running.authority->prepare(options).has_value());
    running.authority->commit();
  }
  over = true;
  asker.join();
  CHECK(refused == 0);
}

TEST_CASE("whom everybody is believed by, and keys of an address, need a restart") {
  Options open, one, other;
  one.modes = {"jwt"};
  one.jwt_keys = "https://keys.example.org/a";
  other = one;
  other.rules = {"everyone: join in *"};
  CHECK(needs_restart(open, one));
  CHECK(needs_restart(one, open));
  CHECK_FALSE(needs_restart(one, other));
  other.jwt_keys = "https://keys.example.org/b";
  CHECK(needs_restart(one, other));
  other.jwt_keys = "/keys";
  CHECK_FALSE(needs_restart(one, other));
  CHECK(needs_restart(other, one));
}
