// Each error that brokers give to a produce request, amid traffic: what was answered OK is in the log once and in order, what was
// answered otherwise says what to do, and all goes on.
#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using sdk::Code;
using test::Mock;
using test::Request;
using test::Running;
using test::soon;

namespace {

struct Refusal {
  rd_kafka_resp_err_t error;
  Code code;
  bool retryable;
  std::string_view remedy;
};

std::ostream& operator<<(std::ostream& out, const Refusal& refusal) { return out << rd_kafka_err2name(refusal.error); }

// Some keys' messages at once, without waiting for answers.
void burst(Running& running, std::string_view name) {
  for (int i = 0; i < 40; ++i) {
    const auto& sent = running.send("key-" + std::to_string(i % 5), std::string(name) + "-" + std::to_string(i));
    REQUIRE(sent.accepted);
  }
}

// A cluster with traffic, and one who reads along.
class Traffic {
 public:
  explicit Traffic(kafka::Options (*options)(const Mock&) = Running::options) : running(options(mock)) {
    mock.make_topic("t", 2);
    REQUIRE(running.ready());
    subscription_ = running.broker.subscribe("t", sdk::From::latest, sink).value();
    REQUIRE(sink.wait_started(soon()));
    REQUIRE(running.publish("key-0", "first"));
  }

  // The next produce requests fail.
  void fail(rd_kafka_resp_err_t error, std::size_t times) {
    mock.fail(Request::produce, std::vector<int>(times, error));
    burst(running, "amid");
  }

  // What was answered otherwise than OK, once all has been answered and delivered as it was answered.
  std::vector<sdk::Error> check() {
    std::vector<sdk::Error> errors;
    std::map<std::string, sdk::Position> ok;
    std::map<std::string, Code> failed;
    std::map<std::string, std::vector<std::string>> in_order;
    for (const auto& sent : running.sent) {
      if (!sent.accepted) continue;
      const auto answer = sent.done.wait(soon());
      REQUIRE(answer.has_value());
      if (*answer) {
        ok[sent.value] = **answer;
      } else {
        errors.push_back(answer->error());
        failed[sent.value] = answer->error().code;
      }
    }
    // The last comes after all that is in the log of its partition: one for each partition, so that nothing is on its way.
    for (int i = 0; i < 5; ++i) {
      const auto key = "key-" + std::to_string(i);
      const auto value = "last-" + std::to_string(i);
      REQUIRE(test::eventually([&] {
        const auto at = running.publish(key, value + "-" + std::to_string(running.sent.size()));
        if (at) ok[running.sent.back().value] = *at;
        return at.has_value();
      }));
    }
    REQUIRE(test::eventually([&] {
      const auto records = sink.records();
      return std::ranges::all_of(ok, [&](const auto& one) {
        return std::ranges::any_of(records, [&](const auto& record) { return record.value == one.first; });
      });
    }));
    std::map<std::string, int> times;
    for (const auto& record : sink.records()) {
      INFO(record.value);
      CHECK(++times[record.value] == 1);
      if (const auto found = ok.find(record.value); found != ok.end()) {
        CHECK(record.position == found->second);
        in_order[record.key].push_back(record.value);
      } else {
        CHECK(failed[record.value] == Code::unknown);  // nothing else may be in the log
      }
    }
    std::map<std::string, std::vector<std::string>> sent_in_order;
    for (const auto& sent : running.sent) {
      if (ok.contains(sent.value)) sent_in_order[sent.key].push_back(sent.value);
    }
    CHECK(in_order == sent_in_order);
    CHECK(sink.gaps().empty());
    CHECK(running.each_answered_once());
    return errors;
  }

  Mock mock;
  sdk::testing::RecordingSink sink;
  Running running;

 private:
  std::unique_ptr<sdk::Subscription> subscription_;
};

}  // namespace

TEST_CASE("errors of produce requests that pass: all is answered OK, once and in order") {
  const auto error =
      GENERATE(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
               RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
               RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
               RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, RD_KAFKA_RESP_ERR__TRANSPORT);
  INFO(rd_kafka_err2name(error));
  Traffic traffic;
  traffic.fail(error, 3);
  const auto errors = traffic.check();
  INFO((errors.empty() ? "" : errors.front().text));
  CHECK(errors.empty());
}

TEST_CASE("errors of produce requests that refuse: the text says what to do, and the next publish goes through") {
  const auto refusal = GENERATE(values<Refusal>({
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Code::invalid_argument, false, "raise max_record_bytes"},
      {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, Code::invalid_argument, false, "raise the brokers' segment.bytes"},
      {RD_KAFKA_RESP_ERR_INVALID_RECORD, Code::invalid_argument, false, "see the topic's settings"},
      {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, Code::invalid_argument, false, "see message.timestamp"},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::permission_denied, false, "give this user the right to write"},
      {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Code::permission_denied, false,
       "give this user the right to write idempotently"},
      {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, Code::failed_precondition, false, "see the brokers' policies"},
      {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, Code::invalid_argument, false, "use another name"},
      {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, Code::unavailable, true, "try again"},
      {RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, Code::unavailable, true, "try again"},
      {RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, Code::unavailable, true, "try again"},
      {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Code::unavailable, true, "try again"},
      {RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, Code::unavailable, true, "try again"},
  }));
  INFO(refusal);
  Traffic traffic;
  traffic.fail(refusal.error, 1);
  const auto errors = traffic.check();
  CHECK_FALSE(errors.empty());
  for (const auto& error : errors) {
    INFO(error.text);
    CHECK(error.code == refusal.code);
    CHECK(error.retryable == refusal.retryable);
    CHECK(error.text.find("kafka: the record for topic \"t\" was not taken: ") == 0);
    CHECK(error.text.find(refusal.remedy) != std::string::npos);
  }
}

TEST_CASE("errors of produce requests that leave it open whether the records are in the log are UNKNOWN, and all goes on") {
  // The first ends the producer: another takes over. The second is an exception in a broker that has no name.
  const auto error = GENERATE(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_UNKNOWN);
  INFO(rd_kafka_err2name(error));
  Traffic traffic;
  traffic.fail(error, 1);
  const auto errors = traffic.check();
  CHECK_FALSE(errors.empty());
  for (const auto& one : errors) {
    INFO(one.text);
    CHECK(one.code == Code::unknown);
    CHECK(one.text.find("kafka: whether the record for topic \"t\" is in the log is not known: ") == 0);
    CHECK(one.text.find("publish it again where a repeat does no harm") != std::string::npos);
  }
}

TEST_CASE("a disk that stays full is UNAVAILABLE after message_timeout_ms, and nothing is lost once there is room") {
  Traffic traffic([](const Mock& mock) {
    auto options = Running::options(mock);
    options.message_timeout_ms = 1'000;
    return options;
  });
  traffic.fail(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, 10'000);
  for (const auto& sent : traffic.running.sent) REQUIRE(sent.done.wait(soon()).has_value());
  traffic.mock.clear(Request::produce);
  const auto errors = traffic.check();
  CHECK(errors.size() == 40);
  for (const auto& error : errors) {
    INFO(error.text);
    CHECK((error.code == Code::unavailable || error.code == Code::unknown));
    CHECK(error.retryable == (error.code == Code::unavailable));
  }
}

TEST_CASE("a slow broker delays answers, and neither repeats nor reorders") {
  Traffic traffic;
  traffic.mock.round_trip_ms(200);
  for (int round = 0; round < 3; ++round) burst(traffic.running, "slow-" + std::to_string(round));
  CHECK(traffic.check().empty());
}
