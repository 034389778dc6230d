// Subscriptions that begin at a time, where times cannot be looked up: the mock cluster finds no record for any.
#include <librdkafka/rdkafka.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using sdk::Code;
using sdk::From;
using test::Mock;
using test::Request;
using test::Running;
using test::soon;

namespace {

const auto begin_at_1 = std::vector<sdk::Position>{{0, 1}};

}  // namespace

TEST_CASE("since a time that no record is found for begins at the end") {
  Mock mock;
  mock.make_topic("t", 1);
  sdk::testing::RecordingSink sink;
  Running running(mock);
  REQUIRE(running.publish("k", "early"));
  CHECK(running.broker.find("t", sdk::Time{}, soon()) == begin_at_1);
  const auto subscription = running.broker.subscribe("t", From::since(sdk::Time{}), sink).value();
  REQUIRE(sink.wait_started(soon()));
  CHECK(sink.begin() == begin_at_1);
  REQUIRE(running.publish("k", "late"));
  REQUIRE(sink.wait_records(1, soon()));
  CHECK(sink.records().front().value == "late");
}

TEST_CASE("brokers that cannot look up times: a subscription begins at the end and says so once, find is UNIMPLEMENTED") {
  Mock mock;
  mock.make_topic("t", 1);
  sdk::testing::RecordingSink sink;
  Running running(mock);
  REQUIRE(running.publish("k", "early"));
  const std::string why =
      "kafka: the brokers do not say what topic \"t\" holds: Broker: Message format on broker does not support request";
  // The ends are told, the time is not.
  mock.fail(Request::list_offsets, {RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT});
  const auto found = running.broker.find("t", sdk::Time{}, soon());
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::unimplemented);
  CHECK(found.error().text == why);

  mock.fail(Request::list_offsets, {RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT});
  const auto subscription = running.broker.subscribe("t", From::since(sdk::Time{}), sink).value();
  REQUIRE(sink.wait_started(soon()));
  CHECK(sink.begin() == begin_at_1);
  CHECK(running.lines("reading topic t begins at its end, not at the time that was asked for: " + why, sdk::Level::warning) == 1);
  REQUIRE(running.publish("k", "late"));
  CHECK(sink.wait_records(1, soon()));
  CHECK(running.broker.health().ready);
}

TEST_CASE("a time that cannot be looked up at first delays the start of a subscription, no more") {
  Mock mock;
  mock.make_topic("t", 1);
  sdk::testing::RecordingSink sink;
  Running running(mock);
  REQUIRE(running.publish("k", "early"));
  mock.fail(Request::list_offsets,
            {RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION});
  const auto subscription = running.broker.subscribe("t", From::since(sdk::Time{}), sink).value();
  REQUIRE(sink.wait_started(soon()));
  CHECK(sink.begin() == begin_at_1);
  CHECK(running.lines("begins at its end", sdk::Level::warning) == 0);
}

TEST_CASE("brokers that are not there when a time is asked for: it begins when they are") {
  Mock mock;
  mock.make_topic("t", 1);
  mock.down();
  sdk::testing::RecordingSink sink;
  Running running(Running::options(mock));
  REQUIRE(running.started);
  const auto subscription = running.broker.subscribe("t", From::since(sdk::Time{}), sink).value();
  const auto found = running.broker.find("t", sdk::Time{}, std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::deadline_exceeded);
  CHECK(found.error().retryable);
  mock.up();
  CHECK(sink.wait_started(soon()));
}
