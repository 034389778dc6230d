// What publishes are answered when requests fail.
#include <librdkafka/rdkafka.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using sdk::Code;
using test::Mock;
using test::Request;
using test::Running;

TEST_CASE("a publish is answered with its position") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  CHECK(running.publish("k", "a") == sdk::Position{0, 0});
  CHECK(running.publish("k", "b") == sdk::Position{0, 1});
  CHECK(running.lines("Message sent to Kafka - Topic: t, Partition: 0, Offset: 1") == 1);
  CHECK(running.each_answered_once());
}

TEST_CASE("errors that pass are retried, and the record is in the log once") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  mock.fail(Request::produce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                               RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  CHECK(running.publish("k", "a") == sdk::Position{0, 0});
  CHECK(running.publish("k", "b") == sdk::Position{0, 1});
  CHECK(running.each_answered_once());
}

TEST_CASE("a record that the broker had already is answered OK, and with no offset that is none") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  CHECK(running.publish("k", "a") == sdk::Position{0, 0});
  mock.fail(Request::produce, {RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER});
  CHECK(running.publish("k", "b") == sdk::Position{0, -1});
  CHECK(running.each_answered_once());
}

TEST_CASE("a connection that is cut is made anew, and the record is in the log") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  mock.fail(Request::produce, {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TRANSPORT});
  CHECK(running.publish("k", "a").has_value());
  CHECK(running.each_answered_once());
}

TEST_CASE("a record that the brokers find too large is INVALID_ARGUMENT") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  mock.fail(Request::produce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  const auto answer = running.publish("k", "a");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::invalid_argument);
  CHECK(answer.error().text ==
        "kafka: the record for topic \"t\" was not taken: Broker: Message size too large; send less, or raise max_record_bytes "
        "and the "
        "brokers' message.max.bytes");
  CHECK(running.lines("Failed to send message to Kafka: kafka: the record", sdk::Level::warning) == 1);
  CHECK(running.publish("k", "b").has_value());
  CHECK(running.each_answered_once());
}

TEST_CASE("a record over max_record_bytes is refused with its size") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.max_record_bytes = 10;
  Running running(options);
  REQUIRE(running.ready());
  CHECK(running.publish("key", "1234567").has_value());
  const auto refused = running.publish("key", "12345678");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::invalid_argument);
  CHECK(refused.error().text == "kafka: a record of 11 bytes is over max_record_bytes = 10; send less or raise it");
  CHECK(running.each_answered_once());
}

TEST_CASE("no right to write is PERMISSION_DENIED") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  mock.fail(Request::produce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const auto answer = running.publish("k", "a");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::permission_denied);
  CHECK_FALSE(answer.error().retryable);
  CHECK(running.each_answered_once());
}

TEST_CASE("a topic that is missing and not to be made is NOT_FOUND") {
  Mock mock;
  mock.topic_error("nowhere", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Running running(mock);
  const auto answer = running.publish("k", "a", "nowhere");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::not_found);
  // From then on it is refused at once.
  REQUIRE(test::eventually([&] { return !running.send("k", "b", "nowhere").accepted; }));
  CHECK(running.sent.back().accepted.error().text ==
        "kafka: topic \"nowhere\" is missing, and create_topics is false; make it, or set create_topics = true");
  // It was only published to: the host serves all the same.
  CHECK(running.broker.health().ready);
  CHECK(running.each_answered_once());
}

TEST_CASE("a missing topic that somebody makes later is used") {
  Mock mock;
  mock.topic_error("t", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Running running(mock);
  CHECK_FALSE(running.publish("k", "a").has_value());
  mock.topic_error("t", RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(test::eventually([&] { return running.publish("k", "b").has_value(); }));
  CHECK(running.each_answered_once());
}

TEST_CASE("a topic that was there and that a broker does not know is UNAVAILABLE, not NOT_FOUND") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.create_topics = true;  // so that it is not told to be missing
  Running running(options);
  REQUIRE(running.ready());
  REQUIRE(running.publish("k", "a"));
  mock.topic_error("t", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  sdk::Result<sdk::Position> answer;
  REQUIRE(test::eventually([&] { return !(answer = running.publish("k", "b")); }));
  CHECK(answer.error().code == Code::unavailable);
  CHECK(answer.error().retryable);
  CHECK(answer.error().text ==
        "kafka: the record for topic \"t\" was not taken: one broker does not know the topic as others do; try again");
  CHECK(running.lines("Failed to send message to Kafka: " + answer.error().text, sdk::Level::warning) == 1);
  mock.topic_error("t", RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(test::eventually([&] { return running.publish("k", "c").has_value(); }));
  CHECK(running.each_answered_once());
}

TEST_CASE("when the producer fails for good another takes over, and what was in doubt is UNKNOWN") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  REQUIRE(running.publish("k", "before"));
  mock.fail(Request::produce, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  const auto answer = running.publish("k", "in doubt");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::unknown);
  CHECK(answer.error().text.starts_with("kafka: whether the record for topic \"t\" is in the log is not known: "));
  CHECK(test::eventually([&] { return running.publish("k", "after").has_value(); }));
  CHECK(running.lines("the producer failed for good", sdk::Level::error) == 1);
  CHECK(running.each_answered_once());
}

TEST_CASE("a producer that fails for good again and again does not fill the log, and goes on once it may") {
  Mock mock;
  mock.make_topic("t", 1);
  mock.fail(Request::init_producer_id, std::vector<int>(3, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED));
  Running running(mock);
  const auto answer = running.publish("k", "v");
  REQUIRE_FALSE(answer);
  INFO(answer.error().text);
  CHECK((answer.error().code == Code::permission_denied || answer.error().code == Code::unavailable));
  CHECK(test::eventually([&] { return running.publish("k", "after").has_value(); }));
  CHECK(running.lines("the producer failed for good", sdk::Level::error) == 1);
  CHECK(running.each_answered_once());
}

TEST_CASE("a full queue is RESOURCE_EXHAUSTED, and has room again") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.queue_messages = 4;
  Running running(options);
  REQUIRE(running.ready());
  REQUIRE(running.publish("k", "first"));
  mock.round_trip_ms(300);
  int accepted = 0;
  while (accepted < 100 && running.send("k", "v").accepted) ++accepted;
  // librdkafka counts the first until a moment after it has reported it.
  CHECK(accepted >= 3);
  CHECK(accepted <= 4);
  const auto& error = running.sent.back().accepted.error();
  CHECK(error.code == Code::resource_exhausted);
  CHECK(error.retryable);
  CHECK(test::eventually([&] { return running.send("k", "again").accepted.has_value(); }));
  CHECK(running.each_answered_once());
}
