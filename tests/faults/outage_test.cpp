// Brokers that are not there, go, and come back.
#include <librdkafka/rdkafka.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using sdk::Code;
using test::Mock;
using test::Request;
using test::Running;
using test::soon;

TEST_CASE("brokers down at start: it starts, says so once, refuses publishes, and recovers by itself") {
  Mock mock;
  mock.make_topic("t", 2);
  mock.down();
  sdk::testing::RecordingSink sink;
  Running running(Running::options(mock));
  REQUIRE(running.started);
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  CHECK_FALSE(running.broker.health().ready);
  const auto refused = running.send("k", "v").accepted;  // at once
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unavailable);
  CHECK(refused.error().retryable);
  REQUIRE(test::eventually([&] { return running.lines("do not answer", sdk::Level::warning) > 0; }));
  CHECK(running.broker.health().text.find("brokers " + mock.brokers() + " do not answer") != std::string::npos);
  CHECK(sink.times_started() == 0);

  mock.up();
  REQUIRE(running.ready());
  REQUIRE(sink.wait_started(soon()));
  REQUIRE(running.publish("k", "v"));
  CHECK(sink.wait_records(1, soon()));
  CHECK(running.lines("do not answer", sdk::Level::warning) == 1);
  CHECK(running.lines("brokers answer: ", sdk::Level::info) == 1);
  CHECK(running.each_answered_once());
}

TEST_CASE("brokers that go: publishes are refused at once, what waits is answered, and all goes on when they are back") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.message_timeout_ms = 1'500;
  sdk::testing::RecordingSink sink;
  Running running(options);
  REQUIRE(running.ready());
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  REQUIRE(running.publish("k", "before"));

  mock.down();
  const auto waiting = running.publish("k", "into the outage");
  REQUIRE_FALSE(waiting);
  CHECK((waiting.error().code == Code::unavailable || waiting.error().code == Code::unknown));
  REQUIRE(test::eventually([&] { return !running.broker.health().ready; }));
  CHECK(running.send("k", "refused").accepted.error().code == Code::unavailable);

  mock.up();
  REQUIRE(running.ready());
  REQUIRE(test::eventually([&] { return running.publish("k", "after").has_value(); }));
  CHECK(test::eventually([&] {
    const auto records = sink.records();
    return !records.empty() && records.back().value == "after";
  }));
  CHECK(running.lines("brokers answer again: ", sdk::Level::info) == 1);
  CHECK(running.each_answered_once());
}

TEST_CASE("a topic that nobody lets us see is in the health's text, and publishes to it are refused") {
  Mock mock;
  mock.make_topic("t", 1);
  mock.topic_error("t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  sdk::testing::RecordingSink sink;
  Running running(mock);
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(test::eventually([&] { return !running.broker.health().ready; }));
  const std::string text =
      "kafka: the brokers do not let us see topic \"t\"; give this user the right to describe, read and write it";
  CHECK(running.broker.health().text == text);
  const auto refused = running.publish("k", "v");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::permission_denied);
  CHECK(refused.error().text == text);
  mock.topic_error("t", RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(running.ready());
  CHECK(sink.wait_started(soon()));
}

TEST_CASE("offsets that cannot be had at first delay the start of a subscription, no more") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  REQUIRE(running.publish("k", "early"));
  mock.fail(Request::list_offsets, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION});
  sdk::testing::RecordingSink sink;
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  CHECK(sink.begin() == std::vector<sdk::Position>{{0, 1}});
}

TEST_CASE("fetches that fail are tried again, and nothing is lost or repeated") {
  // The last: a leader that has not heard of the offset yet.
  const auto error =
      GENERATE(RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
               RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
               RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
  INFO(rd_kafka_err2name(error));
  Mock mock;
  mock.make_topic("t", 1);
  sdk::testing::RecordingSink sink;
  Running running(mock);
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  REQUIRE(running.publish("k", "a"));
  REQUIRE(sink.wait_records(1, soon()));
  mock.fail(Request::fetch, {error, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, error});
  for (int i = 0; i < 20; ++i) REQUIRE(running.publish("k", std::to_string(i)));
  REQUIRE(sink.wait_records(21, soon()));
  std::int64_t next = 0;
  for (const auto& record : sink.records()) CHECK(record.position.offset == next++);
  CHECK(sink.gaps().empty());
}
