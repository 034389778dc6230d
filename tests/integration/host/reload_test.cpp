// A host that reads its configuration again while clients are there.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "caller.hpp"
#include "catch.hpp"
#include "listener.hpp"
#include "operator.hpp"
#include "wrong_configurations.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using grpc::StatusCode;

namespace {

// A host with a file, and an operator who makes it read that again.
class Configured {
 public:
  explicit Configured(const std::string& text, std::vector<std::string> set = {}) {
    write(text);
    set.push_back(admin_on);
    host_ = std::make_unique<HostProcess>(HostOptions{.set = std::move(set), .config = file()});
    admin_ = admin_of(*host_);
  }

  void write(const std::string& text) const { std::ofstream(file(), std::ios::trunc) << text; }
  [[nodiscard]] std::string file() const { return (folder_.path() / "chat.toml").string(); }
  [[nodiscard]] Finished reload() const { return run_chatd({"reload", "--admin", admin_}); }
  [[nodiscard]] Finished reload(const std::string& text) const {
    write(text);
    return reload();
  }
  [[nodiscard]] HostProcess& host() const { return *host_; }
  [[nodiscard]] const std::string& address() const { return host_->address(); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TempFolder folder_;
  std::unique_ptr<HostProcess> host_;
  std::string admin_;
};

StatusCode publish(const std::string& address, std::size_t bytes) {
  return Chatter(address).publish(message("bob", std::string(bytes, 'x'))).error_code();
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

}  // namespace

TEST_CASE("check says of each wrong configuration where, what and what to do") {
  const auto& all = wrong_configurations();
  CHECK(all.size() >= 30);
  const TempFolder folder;
  const auto file = (folder.path() / "chat.toml").string();
  for (const auto& wrong : all) {
    std::ofstream(file, std::ios::trunc) << wrong.file;
    const auto checked = run_chatd({"check", "--config", file});
    INFO(wrong.file << checked.err);
    CHECK(checked.status == 2);
    CHECK(checked.err.find(file + wrong.said) != std::string::npos);
  }
}

TEST_CASE("a reload with any wrong configuration changes nothing, under load, and no stream breaks") {
  const Configured configured("[limits]\ncontent_bytes = 1000\n");
  auto& host = configured.host();
  Listener listener(host.address(), hello("alice", {"", "red"}));
  std::atomic<bool> over = false;
  std::vector<std::string> said;
  std::size_t refused = 0;
  std::jthread load([&] {
    Chatter chatter(host.address());
    for (std::size_t i = 0; !over; ++i) {
      const auto content = std::to_string(i) + std::string(200, '.');
      if (chatter.publish(message("bob", content, i % 2 == 0 ? "" : "red")).ok())
        said.push_back(content);
      else
        ++refused;
    }
  });
  std::size_t reloads = 0;
  for (const auto& wrong : wrong_configurations()) {
    configured.write(wrong.file);
    host.signal(SIGHUP);
    ++reloads;
    INFO(wrong.file);
    REQUIRE(eventually([&] { return count(host.log(), "reload: nothing was changed") == reloads; }));
    CHECK(host.log().find("reload: " + configured.file() + wrong.said) != std::string::npos);
  }
  over = true;
  load.join();
  CHECK(refused == 0);
  CHECK(said.size() > 0);
  auto heard = listener.wait_for_contents(said.size());
  // The lobby and the room are two logs.
  std::ranges::sort(heard);
  std::ranges::sort(said);
  CHECK(heard == said);
  CHECK(publish(host.address(), 1000) == StatusCode::OK);
  CHECK(publish(host.address(), 1001) == StatusCode::INVALID_ARGUMENT);

  const auto right = configured.reload("[limits]\ncontent_bytes = 10\n");
  CHECK(right.out == "limits.content_bytes: 1000 -> 10\n");
  CHECK(publish(host.address(), 11) == StatusCode::INVALID_ARGUMENT);
  CHECK(publish(host.address(), 10) == StatusCode::OK);
  CHECK(listener.wait_for_count(said.size() + 2));  // it is there still
}

TEST_CASE("the command says what is wrong, and ends with 1") {
  const Configured configured("");
  const auto wrong = configured.reload("[limits]\nroom_bytes = 0\n[hub]\nring_byte = 1\n");
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err,
             Contains("nothing was changed") && Contains(configured.file() + ":2:1: ") && Contains(configured.file() + ":4:1: "));
  const auto none = run_chatd({"reload", "--admin", "127.0.0.1:1"});
  CHECK(none.status == 1);
  CHECK_THAT(none.err, Contains("no host answers at 127.0.0.1:1"));
}

TEST_CASE("what may not change while the host runs waits for a restart, and is named until then") {
  const Configured configured("");
  const std::string text =
      "[hub]\nring_messages = 7\ntoken_key = \"hush\"\n[limits]\nroom_bytes = 9\n[plugins.memory]\npartitions = 2\n";
  CHECK(configured.reload(text).out ==
        "limits.room_bytes: 128 -> 9\n"
        "hub.ring_messages: waits for a restart of the host\n"
        "hub.token_key: waits for a restart of the host\n"
        "plugins.memory.partitions: waits for a restart of the host\n");
  const auto log = configured.host().log();
  CHECK_THAT(
      log, Contains("reload: these wait for a restart of the host: hub.ring_messages, hub.token_key, plugins.memory.partitions"));
  CHECK_THAT(log, !Contains("hush"));
  CHECK(configured.reload().out ==
        "hub.ring_messages: waits for a restart of the host\n"
        "hub.token_key: waits for a restart of the host\n"
        "plugins.memory.partitions: waits for a restart of the host\n");
  CHECK(configured.reload("").out == "limits.room_bytes: 9 -> 128\n");
  CHECK(configured.reload().out == "nothing has changed\n");
}

TEST_CASE("limits hold for what comes after the reload") {
  const Configured configured("");
  const auto& address = configured.address();
  Listener first(address, hello("alice", {"red"})), second(address, hello("alice"));
  REQUIRE(configured.reload("[limits]\nstreams_per_user = 2\nconnections = 1\n").status == 0);
  Chatter chatter(address);  // connections that are there may stay, and a new one is cut
  CHECK(chatter.publish(message("bob", "hello")).error_code() == StatusCode::UNAVAILABLE);
  REQUIRE(configured.reload("[limits]\nstreams_per_user = 2\n").status == 0);
  Chatter later(address);
  CHECK(later.publish(message("bob", "one")).ok());
  Listener third(address, hello("alice"));
  CHECK(third.wait_end().error_code() == StatusCode::RESOURCE_EXHAUSTED);
  REQUIRE(configured.reload("").status == 0);
  Listener fourth(address, hello("alice"));
  CHECK(later.publish(message("bob", "two")).ok());
  CHECK(fourth.wait_for_contents(1) == std::vector<std::string>{"two"});
  CHECK(second.wait_for_contents(2) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("classes of rooms hold for rooms that are there") {
  const Configured configured("[classes.big]\nrooms = [\"red\"]\nslow = \"skip\"\nslow_bytes = 100\n");
  const Listener alice(configured.address(), hello("alice", {"red"}));
  CHECK(configured.reload("[classes.other]\nrooms = [\"*\"]\nslow = \"catch_up\"\n").status == 0);
  Chatter(configured.address()).say("bob", "hello", "red");
  CHECK(configured.reload("").status == 0);
  Chatter(configured.address()).say("bob", "again", "red");
  CHECK(const_cast<Listener&>(alice).wait_for_contents(2) == std::vector<std::string>{"hello", "again"});
}

TEST_CASE("the log's level changes, and an operator's own stays where that is not touched") {
  const Configured configured("");
  CHECK(configured.reload("[log]\nlevel = \"error\"\n").out == "log.level: \"info\" -> \"error\"\n");
  const auto before = configured.host().log();
  CHECK(configured.reload().out == "nothing has changed\n");
  CHECK(configured.host().log() == before);
}

TEST_CASE("SIGHUP is a reload, and several wishes at once are answered") {
  const Configured configured("");
  configured.write("[limits]\nroom_bytes = 9\n");
  configured.host().signal(SIGHUP);
  CHECK(eventually([&] { return configured.host().log().find("reload: limits.room_bytes: 128 -> 9") != std::string::npos; }));
  const Operator admin(admin_of(configured.host()));
  std::vector<std::jthread> threads;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      v1::ReloadReply reply;
      if (admin.call<v1::ReloadReply, v1::ReloadRequest>(&v1::Admin::Stub::Reload, {}, reply).ok()) ++answered;
    });
  threads.clear();
  CHECK(answered == 4);
  configured.host().signal(SIGTERM);
  CHECK(configured.host().wait() == 0);
}

TEST_CASE("rules, keys and users of identity change with a reload, or all stay when one is wrong") {
  const AskingHost tokens("everyone: join publish in *");
  const auto identity = [&](const std::string& rule, const std::string& keys) {
    return "[plugins]\nload = [\"identity\", \"memory\"]\n[plugins.identity]\nmodes = [\"jwt\"]\njwt_algorithms = [\"HS256\"]\n"
           "jwt_keys = \"" +
           keys + "\"\nrules = [\"" + rule + "\"]\n";
  };
  const auto keys = tokens.folder().string();
  const Configured configured(identity("everyone: join publish in *", keys));
  const auto alice = as(tokens.bearer("alice"));
  const auto& address = configured.address();
  const auto says = [&] { return publish_as(address, alice, message("alice", "hello")).error_code(); };
  REQUIRE(says() == StatusCode::OK);
  Listener listener(address, hello("alice"), alice);

  const auto wrong = configured.reload(identity("everyone: join in *", "/no/such/keys"));
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err, Contains("/no/such/keys"));
  CHECK(says() == StatusCode::OK);

  CHECK(configured.reload(identity("everyone: join in *", keys)).out ==
        "plugins.identity.rules: [\"everyone: join publish in *\"] -> [\"everyone: join in *\"]\n");
  CHECK(says() == StatusCode::PERMISSION_DENIED);
  CHECK(configured.reload(identity("everyone: join publish in *", keys)).status == 0);
  CHECK(says() == StatusCode::OK);
  CHECK(listener.wait_for_count(2));

  std::ofstream(configured.folder() / "other.secret") << std::string(32, 'o');
  CHECK(configured.reload(identity("everyone: join publish in *", (configured.folder() / "other.secret").string())).status == 0);
  CHECK(eventually([&] { return says() == StatusCode::UNAUTHENTICATED; }));

  CHECK_THAT(configured.reload("[plugins]\nload = [\"identity\", \"memory\"]\n").out,
             Contains("plugins.identity.modes: waits for a restart of the host\n"));
  CHECK(says() == StatusCode::UNAUTHENTICATED);
}

TEST_CASE("what one plugin refuses changes nothing in those that were prepared before it") {
  const TempFolder plugins;
  for (const std::filesystem::path file : {CHATD_TEST_STUBBORN, CHATD_TEST_IDENTITY, CHATD_TEST_MEMORY})
    std::filesystem::create_symlink(file, plugins.path() / file.filename());
  const AskingHost tokens("everyone: join publish in *");
  const auto file = [&](const std::string& rule, bool refuse) {
    return "[plugins]\npath = [\"" + plugins.path().string() +
           "\"]\nload = [\"identity\", \"stubborn\", \"memory\"]\n[plugins.identity]\nmodes = [\"jwt\"]\n"
           "jwt_algorithms = [\"HS256\"]\njwt_keys = \"" +
           tokens.folder().string() + "\"\nrules = [\"" + rule +
           "\"]\n[plugins.stubborn]\nrefuse = " + (refuse ? "true" : "false") + "\n";
  };
  const Configured configured(file("everyone: join publish in *", false));
  const auto alice = as(tokens.bearer("alice"));
  const auto says = [&] { return publish_as(configured.address(), alice, message("alice", "hello")).error_code(); };
  REQUIRE(says() == StatusCode::OK);

  const auto refused = configured.reload(file("everyone: join in *", true));
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("stubborn: this is not to be had while it runs"));
  CHECK(says() == StatusCode::OK);
  CHECK(eventually([&] { return configured.host().log().find("stubborn: abandon") != std::string::npos; }));

  CHECK(configured.reload(file("everyone: join in *", false)).status == 0);
  CHECK(says() == StatusCode::PERMISSION_DENIED);
  CHECK(eventually([&] { return configured.host().log().find("stubborn: commit") != std::string::npos; }));
}

TEST_CASE("limits of rates, and of what is in flight, hold from the reload on") {
  const std::string slow = "[plugins.memory]\ninject_latency_ms = 200\n";
  const Configured configured(slow);
  const auto says = [&] { return publish(configured.address(), 1); };
  REQUIRE(says() == StatusCode::OK);
  REQUIRE(says() == StatusCode::OK);
  REQUIRE(configured.reload("[limits]\npublishes_per_second_per_user = 1\npublish_burst_per_user = 1\n" + slow).status == 0);
  CHECK(eventually([&] { return says() == StatusCode::RESOURCE_EXHAUSTED; }));

  REQUIRE(configured.reload("[limits]\npublishes_in_flight = 1\n" + slow).status == 0);
  std::atomic<bool> refused = false;
  std::jthread other([&] { refused = eventually([&] { return refused || says() == StatusCode::RESOURCE_EXHAUSTED; }); });
  CHECK(eventually([&] {
    if (says() == StatusCode::RESOURCE_EXHAUSTED) refused = true;
    return refused.load();
  }));
}
