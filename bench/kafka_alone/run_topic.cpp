#include "bench/kafka_alone/run_topic.hpp"

#include <array>
#include <chrono>

#include "chatd/sdk/text.hpp"

namespace chatd::bench {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

namespace {

constexpr auto patience = 30s;
constexpr int question_ms = 5'000;
constexpr std::int32_t partitions = 2;

sdk::Result<> make(rd_kafka_t* client, const std::string& topic, int copies) {
  std::array<char, 512> reason{};
  const kafka::NewTopic wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, copies, reason.data(), reason.size()));
  if (!wanted) return sdk::fail(Code::invalid_argument, text("topic ", topic, ": ", reason.data()));
  const kafka::Queue queue(rd_kafka_queue_new(client));
  std::array<rd_kafka_NewTopic_t*, 1> topics{wanted.get()};
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), nullptr, queue.get());
  const kafka::Event event(rd_kafka_queue_poll(queue.get(), static_cast<int>(std::chrono::milliseconds(patience).count())));
  if (!event) return sdk::fail(Code::unavailable, text("topic ", topic, " could not be made: the brokers did not answer"));
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return sdk::fail(Code::unavailable, text("topic ", topic, " could not be made: ", rd_kafka_err2str(error)));
  std::size_t count = 0;
  const auto* const* const results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  const auto error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return {};
  return sdk::fail(Code::failed_precondition,
                   text("topic ", topic, " could not be made: ", rd_kafka_topic_result_error_string(results[0])));
}

// How many of the topic's partitions have a leader, and how many brokers there are.
struct Seen {
  std::int32_t partitions = 0;
  int brokers = 0;
};
sdk::Result<Seen> look(rd_kafka_t* client, const std::string& topic) {
  const kafka::TopicHandle handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  if (const auto error = rd_kafka_metadata(client, 0, handle.get(), &raw, question_ms); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return sdk::fail(Code::unavailable, text("the brokers do not answer: ", rd_kafka_err2str(error)));
  const kafka::Metadata metadata(raw);
  const auto& found = metadata->topics[0];
  for (int i = 0; i < found.partition_cnt; ++i)
    if (found.partitions[i].leader < 0) return Seen{0, metadata->broker_cnt};
  return Seen{found.partition_cnt, metadata->broker_cnt};
}

}  // namespace

sdk::Result<std::vector<std::int64_t>> ends_of_topic(rd_kafka_t* client, const std::string& topic) {
  auto seen = look(client, topic);
  if (!seen) return std::unexpected(seen.error());
  if (seen->partitions == 0) {
    if (auto made = make(client, topic, seen->brokers > 1 ? 2 : 1); !made) return std::unexpected(made.error());
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (seen && seen->partitions == 0 && std::chrono::steady_clock::now() < deadline) {
    rd_kafka_poll(client, 100);
    seen = look(client, topic);
  }
  if (!seen) return std::unexpected(seen.error());
  if (seen->partitions == 0) return sdk::fail(Code::unavailable, text("topic ", topic, " has no leaders"));
  std::vector<std::int64_t> ends;
  for (std::int32_t partition = 0; partition < seen->partitions;) {
    std::int64_t begin = 0, end = 0;
    const auto error = rd_kafka_query_watermark_offsets(client, topic.c_str(), partition, &begin, &end, question_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ends.push_back(end);
      ++partition;
    } else if (std::chrono::steady_clock::now() > deadline) {
      return sdk::fail(Code::unavailable, text("topic ", topic, ", partition ", partition, ": ", rd_kafka_err2str(error)));
    }
  }
  return ends;
}

}  // namespace chatd::bench
