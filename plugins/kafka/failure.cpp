#include "plugins/kafka/failure.hpp"

#include <algorithm>
#include <array>

#include "chatd/sdk/text.hpp"

namespace chatd::kafka {

using sdk::Code;
using sdk::text;

namespace {

struct Meaning {
  rd_kafka_resp_err_t error;
  Code code;
  bool retryable;
  std::string_view remedy;
};

// Of errors that say that the record is not in the log. Those that are not listed pass: Code::unavailable, retryable.
constexpr std::array meanings{
    Meaning{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Code::invalid_argument, false,
            "send less, or raise max_record_bytes and the brokers' message.max.bytes"},
    Meaning{RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, Code::invalid_argument, false,
            "send less, or raise the brokers' segment.bytes"},
    Meaning{RD_KAFKA_RESP_ERR_INVALID_RECORD, Code::invalid_argument, false,
            "the brokers refuse what is in it; see the topic's settings"},
    Meaning{RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, Code::invalid_argument, false,
            "its time is too far from the brokers'; see message.timestamp.*"},
    Meaning{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, Code::not_found, false, "make the topic, or set create_topics = true"},
    Meaning{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Code::not_found, false, "make the topic, or set create_topics = true"},
    Meaning{RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, Code::not_found, false, "the topic has lost partitions; make it anew"},
    Meaning{RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, Code::invalid_argument, false, "use another name for the topic"},
    Meaning{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::permission_denied, false,
            "give this user the right to write the topic"},
    Meaning{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Code::permission_denied, false,
            "give this user the right to write idempotently"},
    Meaning{RD_KAFKA_RESP_ERR_POLICY_VIOLATION, Code::failed_precondition, false, "see the brokers' policies"},
    Meaning{RD_KAFKA_RESP_ERR__QUEUE_FULL, Code::resource_exhausted, true,
            "too many publishes wait for their answer; try again, or raise queue_messages or queue_bytes"},
    Meaning{RD_KAFKA_RESP_ERR__PURGE_QUEUE, Code::unavailable, true, "the producer was stopped first; try again"},
    Meaning{RD_KAFKA_RESP_ERR__FATAL, Code::unavailable, true, "the producer is being made anew; try again"},
    Meaning{RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, Code::unavailable, true,
            "the brokers did not take it within message_timeout_ms; try again"},
};

// Of a topic that is there these pass: a broker that has not heard of it yet was asked, or of all its partitions.
constexpr std::array not_there_yet{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                                   RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION};

}  // namespace

sdk::Error publish_failure(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status, std::string_view topic, bool found) {
  const std::string_view said = rd_kafka_err2str(error);
  // librdkafka takes the broker's exception without a name for a refusal; it may have come after the record was written.
  if (status != RD_KAFKA_MSG_STATUS_NOT_PERSISTED || error == RD_KAFKA_RESP_ERR_UNKNOWN) {
    return {Code::unknown,
            text("kafka: whether the record for topic \"", topic, "\" is in the log is not known: ", said,
                 "; publish it again where a repeat does no harm"),
            false};
  }
  if (found && std::ranges::find(not_there_yet, error) != not_there_yet.end()) {
    return {Code::unavailable,
            text("kafka: the record for topic \"", topic,
                 "\" was not taken: one broker does not know the topic as others do; try again"),
            true};
  }
  const auto meaning = std::ranges::find(meanings, error, &Meaning::error);
  if (meaning == meanings.end())
    return {Code::unavailable, text("kafka: the record for topic \"", topic, "\" was not taken: ", said, "; try again"), true};
  return {meaning->code, text("kafka: the record for topic \"", topic, "\" was not taken: ", said, "; ", meaning->remedy),
          meaning->retryable};
}

}  // namespace chatd::kafka
