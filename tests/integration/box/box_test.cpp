// The host in a box.
#include "chatd/sdk/testing/box.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"

using namespace chatd;
using namespace sdk::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using sdk::Code;

namespace {

Box started(BoxOptions options = {}) {
  auto box = Box::start(std::move(options));
  if (!box) FAIL(box.error().text);
  return *std::move(box);
}

Client connected(const Box& box, ClientOptions options) {
  auto client = box.connect(std::move(options));
  if (!client) FAIL(client.error().text);
  return *std::move(client);
}

// Whether it comes to that.
bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
  return holds();
}

bool holds_one(const Box& box) {
  return eventually([&] { return box.faults().held_publishes() == 1; });
}

std::string bad_plugin(const std::string& id) { return std::string(CHATD_TEST_BAD_PLUGINS) + "/" + id + ".so"; }

}  // namespace

TEST_CASE("what one client of a box says the other hears") {
  const auto box = started();
  const auto alice = connected(box, {.user = "alice"});
  const auto bob = connected(box, {.user = "bob", .rooms = {"", "den"}});
  CHECK_THAT(box.address(), StartsWith("127.0.0.1:"));

  const auto said = alice.publish("hello");
  REQUIRE(said.has_value());
  CHECK(said->position.has_value());
  const auto heard = bob.await("hello");
  REQUIRE(heard.has_value());
  CHECK(heard->sender == "alice");
  CHECK(heard->room.empty());
  CHECK(heard->message_id == said->message_id);

  CHECK(alice.publish("in the den", "den").has_value());
  CHECK(bob.await("in the den").has_value());
  REQUIRE(bob.messages().size() == 2);
  CHECK(bob.messages()[1].room == "den");
  CHECK(alice.await("hello").has_value());
  CHECK(alice.messages().size() == 1);

  const auto late = connected(box, {.user = "carol", .rooms = {"den"}, .history = 5});
  CHECK(late.await("in the den").has_value());
}

TEST_CASE("awaiting goes on behind what was awaited, and tells what came instead") {
  const auto box = started();
  const auto alice = connected(box, {});
  for (const auto* content : {"one", "two", "two", "three"}) REQUIRE(alice.publish(content).has_value());
  CHECK(alice.await("two").has_value());
  CHECK(alice.await("two").has_value());
  CHECK(alice.await("three").has_value());
  const auto none = alice.await("one", 0ms);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == Code::deadline_exceeded);
  CHECK(none.error().text == "\"one\": no such message within 0 ms; none came at all");

  REQUIRE(alice.publish("four").has_value());
  const auto four = alice.await([](const Message& message) { return message.sender == "alice"; });
  REQUIRE(four.has_value());
  REQUIRE(alice.publish("five").has_value());
  REQUIRE(alice.await("five").has_value());
  REQUIRE(alice.publish(std::string(100, 'x')).has_value());
  REQUIRE(eventually([&] { return alice.messages().size() == 7; }));
  CHECK(alice.await("six", 0ms).error().text ==
        "\"six\": no such message within 0 ms; what came instead: the lobby, alice: \"" + std::string(60, 'x') + "...\"");
}

TEST_CASE("two boxes have nothing to do with each other") {
  const auto one = started(), other = started();
  CHECK(one.address() != other.address());
  const auto alice = connected(one, {.user = "alice"});
  const auto bob = connected(other, {.user = "bob"});
  REQUIRE(alice.publish("here").has_value());
  REQUIRE(bob.publish("there").has_value());
  CHECK(alice.await("here").has_value());
  CHECK(bob.await("there").has_value());
  CHECK(alice.messages().size() == 1);
  CHECK(bob.messages().size() == 1);
}

TEST_CASE("a box says what is wrong with its configuration") {
  const auto key = Box::start({.set = {"hub.ring_message=8", "host.listen=nowhere"}});
  REQUIRE_FALSE(key.has_value());
  CHECK(key.error().code == Code::invalid_argument);
  CHECK_THAT(key.error().text, Contains("--set hub.ring_message: unknown key \"ring_message\" in [hub]; did you mean") &&
                                   Contains("\n--set host.listen: "));
  const auto file = Box::start({.config = "[hub]\nring_messages = 0\n"});
  REQUIRE_FALSE(file.has_value());
  CHECK_THAT(file.error().text, Contains(":2:1: \"ring_messages\" in [hub] is 0"));
  const auto plugin = Box::start({.plugins = {"/no/such/thing.so"}});
  REQUIRE_FALSE(plugin.has_value());
  CHECK_THAT(plugin.error().text, Contains("/no/such/thing.so"));
  const auto table = Box::start({.set = {"plugins.memory.partition=3"}});
  REQUIRE_FALSE(table.has_value());
  CHECK_THAT(table.error().text, Contains("did you mean \"partitions\"?"));
}

TEST_CASE("a box takes a configuration, and what is set over it") {
  const auto box = started({.set = {"limits.content_bytes=16"}, .config = "[limits]\ncontent_bytes = 8\nroom_bytes = 4\n"});
  const auto alice = connected(box, {});
  CHECK(alice.publish("sixteen bytes...").has_value());
  CHECK(alice.publish("seventeen bytes..").error().code == Code::invalid_argument);
  CHECK(alice.publish("x", "a-room").error().code == Code::invalid_argument);
}

TEST_CASE("a plugin of a file is loaded beside memory, and the host's log has its lines") {
  auto box = started({.plugins = {bad_plugin("good")}});
  CHECK(box.await_log("start on box at"));
  CHECK_FALSE(box.await_log("no such line", 0ms));
  box.stop();
  CHECK_THAT(box.log(), Contains("drain") && Contains("stopped"));
  const auto fails = Box::start({.plugins = {bad_plugin("start_fails")}});
  REQUIRE_FALSE(fails.has_value());
  CHECK(fails.error().text == "plugin \"start_fails\" did not start: too tired to start; let it sleep");
}

TEST_CASE("publishes are refused as often as a test wants") {
  const auto box = started();
  const auto alice = connected(box, {});
  box.faults().refuse_publishes({Code::permission_denied, "not today"}, 2);
  for (int i = 0; i < 2; ++i) {
    const auto refused = alice.publish("hello");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::permission_denied);
    CHECK_THAT(refused.error().text, Catch::Matchers::EndsWith("PERMISSION_DENIED: not today"));
  }
  CHECK(alice.publish("hello").has_value());
  box.faults().refuse_publishes({Code::permission_denied, "never"});
  for (int i = 0; i < 3; ++i) CHECK_FALSE(alice.publish("hello").has_value());
  box.faults().none();
  CHECK(alice.publish("hello").has_value());
}

TEST_CASE("a publish that is held is answered when it is released") {
  const auto box = started();
  const auto alice = connected(box, {.user = "alice"});
  const auto bob = connected(box, {.user = "bob"});
  box.faults().hold_publishes();
  std::atomic<bool> answered = false;
  bool accepted = false;
  std::jthread publishing([&] {
    accepted = alice.publish("late").has_value();
    answered = true;
  });
  CHECK(holds_one(box));
  CHECK_FALSE(bob.await("late", 20ms).has_value());
  CHECK_FALSE(answered);
  box.faults().none();
  CHECK(bob.await("late").has_value());
  publishing.join();
  CHECK(accepted);
}

TEST_CASE("what the broker does not deliver comes when it does") {
  const auto box = started();
  const auto alice = connected(box, {.user = "alice"});
  const auto bob = connected(box, {.user = "bob"});
  box.faults().hold_deliveries();
  int accepted = 0;
  std::jthread publishing([&] {
    for (const auto* content : {"one", "two"}) accepted += alice.publish(content) ? 1 : 0;
  });
  CHECK_FALSE(bob.await("one", 50ms).has_value());
  box.faults().none();
  CHECK(bob.await("one").has_value());
  CHECK(bob.await("two").has_value());
  publishing.join();
  CHECK(accepted == 2);
}

TEST_CASE("a host whose broker is not well says so and serves again") {
  const auto box = started();
  CHECK(box.await_log("serving"));
  box.faults().unwell("its disk is full");
  CHECK(box.await_log("not serving: its disk is full"));
  box.faults().none();
  CHECK(eventually([&] {
    const auto log = box.log();
    return log.find("serving", log.find("not serving") + 12) != std::string::npos;
  }));
}

TEST_CASE("a box's time is the test's") {
  ManualClock clock;
  const auto box = started({.clock = &clock});
  const auto alice = connected(box, {});
  const auto begin = clock.now();
  REQUIRE(alice.publish("one").has_value());
  clock.advance(1h);
  REQUIRE(alice.publish("two").has_value());
  const auto one = alice.await("one"), two = alice.await("two");
  REQUIRE(one.has_value());
  REQUIRE(two.has_value());
  CHECK(one->time == begin);
  CHECK(two->time == begin + 1h);
}

TEST_CASE("clients hear that their box stops, and publish nothing any more") {
  auto box = started();
  auto alice = connected(box, {.user = "alice", .publish_timeout = 100ms});
  CHECK(alice.await_lost(0ms).error().code == Code::deadline_exceeded);
  box.stop();
  const auto lost = alice.await_lost();
  REQUIRE(lost.has_value());
  CHECK(lost->code == Code::unavailable);
  CHECK_FALSE(alice.publish("is anybody there?").has_value());
  const auto nobody = box.connect({}, 100ms);
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().code == Code::deadline_exceeded);
  alice.leave();
  alice.leave();
  CHECK(alice.publish("and now?").error().text == "this client has left");
  box.stop();
}

TEST_CASE("a box that stops takes its faults back, so that nobody waits for ever") {
  auto box = started();
  const auto alice = connected(box, {});
  box.faults().hold_deliveries();
  box.faults().hold_publishes();
  box.faults().unwell("for ever");
  bool accepted = false;
  std::jthread publishing([&] { accepted = alice.publish("held").has_value(); });
  CHECK(box.await_log("not serving: for ever"));
  CHECK(holds_one(box));
  box.stop();
  publishing.join();
  CHECK(accepted);
}

TEST_CASE("who shows no token is refused where a plugin asks") {
  const auto box = started(
      {.set = {"plugins.load=identity,memory", "plugins.identity.modes=static", "plugins.identity.static_users=/dev/null"}});
  const auto refused = box.connect({.user = "mallory"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::unauthenticated);
}

TEST_CASE("a box may be left while a plugin hangs") {
  auto box = Box::start({.set = {"plugins.stop_timeout_ms=20"}, .plugins = {bad_plugin("hangs_in_stop")}});
  REQUIRE(box.has_value());
  box->stop();
  CHECK_THAT(box->log(), Contains("it has not come back from stop within 20 ms"));
}
