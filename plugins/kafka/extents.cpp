#include "plugins/kafka/extents.hpp"

#include <algorithm>
#include <thread>

#include "chatd/sdk/text.hpp"

namespace chatd::kafka {

using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

constexpr std::chrono::milliseconds pause_between_tries{50};
constexpr std::chrono::milliseconds patience_to_wake{100};
// The times that the protocol understands as "the first offset" and "the end".
constexpr std::int64_t earliest = -2;
constexpr std::int64_t latest = -1;

std::unexpected<sdk::Error> too_late(const std::string& topic, std::string_view why) {
  return fail(Code::deadline_exceeded, text("kafka: the brokers did not say in time what topic \"", topic, "\" holds: ", why),
              true);
}

// One offset a partition, into `out`; where `which` is a time that no record has reached, -1.
rd_kafka_resp_err_t ask(rd_kafka_t* client, const std::string& topic, std::span<const std::int32_t> partitions,
                        std::int64_t which, sdk::Deadline deadline, std::vector<std::int64_t>& out) {
  const auto list = partition_list(partitions.size());
  for (const auto partition : partitions) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = which;
  const int patience = ms_left(deadline);
  if (patience == 0) return RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (const auto error = rd_kafka_offsets_for_times(client, list.get(), patience); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error;
  out.clear();
  for (const auto partition : partitions) {
    const auto* const answer = rd_kafka_topic_partition_list_find(list.get(), topic.c_str(), partition);
    if (answer->err != RD_KAFKA_RESP_ERR_NO_ERROR) return answer->err;
    if (answer->offset < 0 && which < 0) return RD_KAFKA_RESP_ERR__PARTIAL;
    out.push_back(answer->offset);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Whether the brokers, or the way in which they keep the topic's records, will never say it.
bool is_final(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return true;
    default:
      return false;
  }
}

// Asks again, until the deadline, what may pass: a leader that moves, a topic that not all brokers know yet.
template <class Question>
sdk::Result<> until_answered(const std::string& topic, sdk::Deadline deadline, Question question) {
  for (;;) {
    const auto error = question();
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (is_final(error))
      return fail(Code::unimplemented,
                  text("kafka: the brokers do not say what topic \"", topic, "\" holds: ", rd_kafka_err2str(error)));
    if (std::chrono::steady_clock::now() + pause_between_tries >= deadline) return too_late(topic, rd_kafka_err2str(error));
    std::this_thread::sleep_for(pause_between_tries);
  }
}

}  // namespace

sdk::Result<std::int32_t> count_partitions(rd_kafka_t* client, const std::string& topic, sdk::Deadline deadline) {
  const TopicHandle handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (!handle) return fail(Code::not_found, text("kafka: \"", topic, "\" is no name for a topic"));
  const rd_kafka_metadata_t* raw = nullptr;
  const int patience = ms_left(deadline);
  const auto error = patience == 0 ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_metadata(client, 0, handle.get(), &raw, patience);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return too_late(topic, rd_kafka_err2str(error));
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) return too_late(topic, "the answer has no topic");
  const auto& found = metadata->topics[0];
  switch (found.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
      return found.partition_cnt;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return fail(Code::not_found, text("kafka: no topic \"", topic, "\"; a publish or a subscription makes it"));
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return fail(Code::permission_denied,
                  text("kafka: the brokers do not let us see topic \"", topic, "\"; ask for the right to describe it"));
    default:
      return too_late(topic, rd_kafka_err2str(found.err));
  }
}

sdk::Result<std::vector<sdk::Extent>> ask_extents(rd_kafka_t* client, const std::string& topic,
                                                  std::span<const std::int32_t> partitions, sdk::Deadline deadline) {
  std::vector<std::int64_t> begins;
  std::vector<std::int64_t> ends;
  // The begins first: between the two questions records may come, and old ones may go, but an end never falls behind a begin.
  const auto answered = until_answered(topic, deadline, [&] {
    const auto error = ask(client, topic, partitions, earliest, deadline, begins);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? ask(client, topic, partitions, latest, deadline, ends) : error;
  });
  if (!answered) return std::unexpected(answered.error());
  std::vector<sdk::Extent> extents;
  for (std::size_t i = 0; i < partitions.size(); ++i) extents.push_back({partitions[i], begins[i], std::max(begins[i], ends[i])});
  return extents;
}

void wake_fetchers(rd_kafka_t* client, const std::string& topic, std::span<const std::int32_t> partitions) {
  std::vector<std::int64_t> ends;
  (void)ask(client, topic, partitions, latest, std::chrono::steady_clock::now() + patience_to_wake, ends);
}

sdk::Result<std::vector<sdk::Position>> ask_since(rd_kafka_t* client, const std::string& topic,
                                                  std::span<const std::int32_t> partitions, sdk::Time time,
                                                  sdk::Deadline deadline) {
  // Kafka keeps milliseconds, and rounded down what was written. A time before 1970 would ask for something else.
  const auto ms = std::max<std::int64_t>(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count(), 0);
  std::vector<std::int64_t> ends;
  std::vector<std::int64_t> found;
  // The ends first: what is written between the two questions may be found, but is never passed over.
  const auto answered = until_answered(topic, deadline, [&] {
    const auto error = ask(client, topic, partitions, latest, deadline, ends);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? ask(client, topic, partitions, ms, deadline, found) : error;
  });
  if (!answered) return std::unexpected(answered.error());
  std::vector<sdk::Position> positions;
  for (std::size_t i = 0; i < partitions.size(); ++i) positions.push_back({partitions[i], found[i] < 0 ? ends[i] : found[i]});
  return positions;
}

}  // namespace chatd::kafka
