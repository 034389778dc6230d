#include "host/hub/heartbeat.hpp"

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "held_broker.hpp"

using namespace chatd;
using namespace chatd::hub;
using namespace std::chrono_literals;

namespace {

struct Heart {
  HeldBroker broker;
  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  Heartbeat heartbeat{broker, log, clock, "chat-hosts", "host-1", 1h};
};

}  // namespace

TEST_CASE("a beat is published at once, then not before it is due") {
  Heart heart;
  heart.heartbeat.beat(12);
  heart.heartbeat.beat(13);
  REQUIRE(heart.broker.held.size() == 1);
  const auto& published = heart.broker.held[0];
  CHECK(published.topic == "chat-hosts");
  CHECK(published.record.key == "host-1");
  CHECK(published.record.value.starts_with(R"({"kind":"heartbeat","server_id":"host-1","streams":12,"timestamp":")"));
  CHECK(published.record.value.ends_with("Z\"}"));
  heart.broker.answer(0, sdk::Position{0, 0});
}

TEST_CASE("the last beat says that the host leaves") {
  Heart heart;
  heart.heartbeat.leave(3);
  REQUIRE(heart.broker.held.size() == 1);
  CHECK(heart.broker.held[0].record.value.starts_with(R"({"kind":"leaving","server_id":"host-1","streams":3,)"));
  heart.broker.answer(0, sdk::Position{0, 0});
}

TEST_CASE("a beat that is not answered is not overtaken") {
  Heart heart;
  heart.heartbeat.leave(1);
  heart.heartbeat.leave(2);
  CHECK(heart.broker.held.size() == 1);
  heart.broker.answer(0, sdk::Position{0, 0});
  heart.heartbeat.leave(3);
  REQUIRE(heart.broker.held.size() == 2);
  heart.broker.answer(1, sdk::Position{0, 1});
}

TEST_CASE("failed beats are said once until one is published") {
  Heart heart;
  const auto fail = [&] {
    heart.heartbeat.leave(0);
    heart.broker.answer(heart.broker.held.size() - 1, sdk::fail(sdk::Code::unavailable, "no broker"));
  };
  fail(), fail();
  CHECK(heart.log.lines().size() == 1);
  heart.broker.refusal = sdk::Error{sdk::Code::unavailable, "still none", true};
  heart.heartbeat.leave(0);
  CHECK(heart.log.lines().size() == 1);
  heart.broker.refusal.reset();
  heart.heartbeat.leave(0);
  heart.broker.answer(heart.broker.held.size() - 1, sdk::Position{0, 0});
  fail();
  CHECK(heart.log.lines().size() == 2);
}
