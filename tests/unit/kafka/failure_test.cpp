#include "plugins/kafka/failure.hpp"

#include "catch.hpp"

using chatd::kafka::publish_failure;
using chatd::sdk::Code;

TEST_CASE("what was not written says why") {
  struct Fact {
    rd_kafka_resp_err_t error;
    Code code;
    bool retryable;
  };
  const Fact facts[] = {
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Code::invalid_argument, false},
      {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, Code::not_found, false},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Code::not_found, false},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::permission_denied, false},
      {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Code::permission_denied, false},
      {RD_KAFKA_RESP_ERR__QUEUE_FULL, Code::resource_exhausted, true},
      {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, Code::unavailable, true},
      {RD_KAFKA_RESP_ERR__PURGE_QUEUE, Code::unavailable, true},
      {RD_KAFKA_RESP_ERR__FATAL, Code::unavailable, true},
      {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, Code::unavailable, true},  // one of those that are not listed
  };
  for (const auto& fact : facts) {
    INFO(rd_kafka_err2name(fact.error));
    const auto error = publish_failure(fact.error, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, "t", false);
    CHECK(error.code == fact.code);
    CHECK(error.retryable == fact.retryable);
    CHECK(error.text.starts_with("kafka: the record for topic \"t\" was not taken: "));
  }
}

TEST_CASE("a topic that was found and is not known is worth another try") {
  for (const auto reason :
       {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION}) {
    const auto error = publish_failure(reason, RD_KAFKA_MSG_STATUS_NOT_PERSISTED, "t", true);
    CHECK(error.code == Code::unavailable);
    CHECK(error.retryable);
  }
}

TEST_CASE("what may be written is UNKNOWN, whatever the error") {
  for (const auto status : {RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED, RD_KAFKA_MSG_STATUS_PERSISTED}) {
    for (const auto reason :
         {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE}) {
      const auto error = publish_failure(reason, status, "t", true);
      CHECK(error.code == Code::unknown);
      CHECK_FALSE(error.retryable);
    }
  }
}
