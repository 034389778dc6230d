#include "bench/kafka_alone/reader.hpp"

#include "chatd/sdk/text.hpp"

namespace chatd::bench {

using sdk::text;

sdk::Result<> Reader::start(const std::string& topic, const std::vector<std::int64_t>& offsets) {
  rd_kafka_poll_set_consumer(client_->get());
  const auto partitions = kafka::partition_list(offsets.size());
  for (std::size_t i = 0; i < offsets.size(); ++i)
    rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), static_cast<std::int32_t>(i))->offset = offsets[i];
  if (const auto error = rd_kafka_assign(client_->get(), partitions.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return sdk::fail(sdk::Code::failed_precondition, text("topic ", topic, " cannot be read: ", rd_kafka_err2str(error)));
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Reader::run(const std::stop_token& stop) {
  constexpr int wait_ms = 50;
  while (!stop.stop_requested()) {
    const kafka::Message message(rd_kafka_consumer_poll(client_->get(), wait_ms));
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) take({static_cast<const char*>(message->payload), message->len});
  }
}

void Reader::take(std::string_view value) {
  const auto now = Clock::now();
  constexpr std::string_view before = "\"content\":\"";
  const auto at = value.find(before);
  if (at == std::string_view::npos) return;
  const auto stamp = read_stamp(value.substr(at + before.size()));
  if (!stamp || stamp->run != run_ || stamp->series >= next_.size()) return;
  auto& next = next_[stamp->series];
  if (stamp->sequence < next) {
    ++found_.repeated;
    return;
  }
  if (stamp->sequence > next) ++found_.disordered;
  next = stamp->sequence + 1;
  ++found_.records;
  found_.latency.record(now - stamp->intended);
  count_ = found_.records;
}

const Reader::Found& Reader::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return found_;
}

}  // namespace chatd::bench
