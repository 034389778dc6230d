// Drain and stop while publishes wait for their answers.
#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using sdk::Code;
using test::Mock;
using test::Running;
using test::soon;

TEST_CASE("drain says how many are left at its deadline, and succeeds once they are answered") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  REQUIRE(running.publish("k", "first"));
  mock.round_trip_ms(400);
  for (int i = 0; i < 3; ++i) REQUIRE(running.send("k", "v").accepted);
  auto late = running.broker.drain(std::chrono::steady_clock::now());
  // A publish counts until its completion has returned, and that of "first" may still be running.
  for (const auto until = soon();
       !late && late.error().text.starts_with("kafka: 4 ") && std::chrono::steady_clock::now() < until;)
    late = running.broker.drain(std::chrono::steady_clock::now());
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::deadline_exceeded);
  CHECK(late.error().text ==
        "kafka: 3 publishes are not answered yet; stop answers them UNAVAILABLE, or UNKNOWN where they were sent");
  CHECK(running.publish("k", "refused").error().code == Code::unavailable);
  CHECK(running.broker.drain(soon()).has_value());
  for (const auto& one : running.sent) CHECK(one.done.count() == (one.accepted ? 1 : 0));
  CHECK(running.each_answered_once());
}

TEST_CASE("drain does not wait for its deadline while no broker answers") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  REQUIRE(running.publish("k", "first"));
  mock.down();
  while (running.send("k", "v").accepted) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto drained = running.broker.drain(std::chrono::steady_clock::now() + std::chrono::hours(1));
  REQUIRE_FALSE(drained);
  INFO(drained.error().text);
  CHECK(drained.error().text.find(" publishes are not answered yet (brokers " + mock.brokers() + " do not answer") !=
        std::string::npos);
  CHECK(running.each_answered_once());
}

TEST_CASE("stop answers UNKNOWN what was sent, and waits for no answer") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.max_in_flight = 1;
  options.linger_ms = 0;
  Running running(options);
  REQUIRE(running.ready());
  REQUIRE(running.publish("k", "first"));
  mock.round_trip_ms(60'000);
  const auto& one = running.send("k", "on its way");
  REQUIRE(one.accepted);
  CHECK_FALSE(running.broker.drain(std::chrono::steady_clock::now() + std::chrono::seconds(1)));  // it is sent meanwhile
  running.broker.stop();
  const auto answer = one.done.wait(soon());
  REQUIRE(answer.has_value());
  REQUIRE_FALSE(answer->has_value());
  CHECK(answer->error().code == Code::unknown);
  CHECK(running.each_answered_once());
}

TEST_CASE("stop answers what waits for brokers that are gone, and ends") {
  Mock mock;
  mock.make_topic("t", 1);
  sdk::testing::RecordingSink sink;
  Running running(mock);
  REQUIRE(running.publish("k", "first"));
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  mock.down();
  int accepted = 0;
  while (accepted < 100 && running.send("k", "v").accepted) ++accepted;
  CHECK(accepted == 100);
  CHECK(running.each_answered_once());
  CHECK(running.broker.health().text == "kafka: health after stop");
}

TEST_CASE("a broker lives once") {
  Mock mock;
  Running running(mock);
  CHECK(running.broker.start({running.log, running.clock, "test"}).error().code == Code::failed_precondition);
  running.broker.stop();
  CHECK(running.broker.extents("t", soon()).error().text == "kafka: extents after stop");
}
