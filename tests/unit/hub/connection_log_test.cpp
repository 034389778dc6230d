#include "host/hub/connection_log.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "held_broker.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct Queue final : Wake {
  void wake() noexcept override {}
  void look() {
    inbox.take(contents);
    for (auto& task : contents.tasks) task();
  }
  Inbox inbox{*this};
  Inbox::Contents contents;
};

struct World {
  HeldBroker broker;
  Queue queue;
  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock{sdk::Time{std::chrono::nanoseconds{1'795'353'783'100'000'000}}};
  ConnectionLog connections{broker, queue.inbox, log, clock, "user-connections", "grpc-server-7"};
};

}  // namespace

TEST_CASE("who comes and who leaves is told in the contract's shape") {
  World w;
  w.connections.say("zoë \"z\"", true);
  w.connections.say("bob", false);
  REQUIRE(w.broker.held.size() == 2);
  const auto& [topic, came, done] = w.broker.held[0];
  CHECK(topic == "user-connections");
  CHECK(came.key == "zoë \"z\"");
  CHECK(came.value ==
        R"({"user_id":"zoë \"z\"","server_id":"grpc-server-7","connected":true,"timestamp":"2026-11-22T13:23:03.1Z"})");
  CHECK(came.headers.empty());
  CHECK(came.timestamp == w.clock.now());
  CHECK(w.broker.held[1].record.value ==
        R"({"user_id":"bob","server_id":"grpc-server-7","connected":false,"timestamp":"2026-11-22T13:23:03.1Z"})");
  w.broker.answer(0, sdk::Position{0, 0});
  w.broker.answer(1, sdk::Position{0, 1});
  w.queue.look();
}

TEST_CASE("an event is kept until the broker has answered, in any order") {
  World w;
  for (const char* user : {"a", "b", "c"}) w.connections.say(user, true);
  CHECK(w.connections.waiting() == 3);
  w.broker.answer(1, sdk::Position{0, 5});
  CHECK(w.connections.waiting() == 3);  // the queue's thread lets go of it
  w.queue.look();
  CHECK(w.connections.waiting() == 2);
  CHECK(w.broker.held[0].record.key == "a");
  CHECK(w.broker.held[2].record.key == "c");
  w.broker.answer(2, sdk::Position{0, 6});
  w.broker.answer(0, sdk::Position{0, 7});
  w.queue.look();
  CHECK(w.connections.waiting() == 0);
  CHECK(w.log.lines().empty());
}

TEST_CASE("an answer may come before publish returns") {
  World w;
  w.broker.at_once = true;
  w.connections.say("a", true);
  CHECK(w.connections.waiting() == 1);
  w.queue.look();
  CHECK(w.connections.waiting() == 0);
}

TEST_CASE("events that the broker does not take are told once and cost nothing") {
  World w;
  SECTION("refused at once") {
    w.broker.refusal = sdk::Error{sdk::Code::resource_exhausted, "the queue is full", true};
    for (int i = 0; i < 5; ++i) w.connections.say("a", true);
    CHECK(w.log.lines().at(0).text ==
          "connection events not published to user-connections: 1 so far; RESOURCE_EXHAUSTED: the queue is full");
  }
  SECTION("failed later") {
    for (int i = 0; i < 5; ++i) w.connections.say("a", true);
    for (std::size_t i = 0; i < 5; ++i) w.broker.answer(i, sdk::fail(sdk::Code::unavailable, "no leader", true));
    CHECK(w.log.lines().empty());
    w.queue.look();
    CHECK(w.log.lines().at(0).text == "connection events not published to user-connections: 1 so far; UNAVAILABLE: no leader");
  }
  CHECK(w.connections.waiting() == 0);
  CHECK(w.log.lines().size() == 1);
  CHECK(w.log.lines().at(0).level == sdk::Level::warning);
  w.connections.sum_up();
  w.connections.sum_up();
  REQUIRE(w.log.lines().size() == 2);
  CHECK(w.log.lines().at(1).text == "connection events not published to user-connections: 5 in all");
}

TEST_CASE("what was said of events that failed, or of none, is not said again at the end") {
  World w;
  w.connections.sum_up();
  CHECK(w.log.lines().empty());
  w.broker.refusal = sdk::Error{sdk::Code::unavailable, "no leader", true};
  w.connections.say("a", true);
  w.connections.sum_up();
  CHECK(w.log.lines().size() == 1);
}
