#include "plugins/kafka/lane.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/extents.hpp"

namespace chatd::kafka {

Lane::Lane(rd_kafka_t* client, std::string topic, std::int32_t partition)
    : client_(client),
      topic_(std::move(topic)),
      partition_(partition),
      queue_(rd_kafka_queue_get_partition(client, topic_.c_str(), partition)) {
  // Messages of other partitions do not come between, and each lane has a reader of its own.
  if (queue_) rd_kafka_queue_forward(queue_.get(), nullptr);
}

sdk::Result<> Lane::open(std::int64_t offset) {
  close();
  const auto refused = [this](std::string_view why) {
    return sdk::fail(sdk::Code::internal, sdk::text("kafka: reading topic \"", topic_, "\": ", why));
  };
  if (!queue_) return refused("librdkafka has no queue for it");
  if (const Fault fault(rd_kafka_incremental_assign(client_, partition(offset).get())); fault)
    return refused(rd_kafka_error_string(fault.get()));
  open_ = true;
  next_ = offset;
  fetches_ = true;
  return {};
}

void Lane::close() noexcept {
  if (!std::exchange(open_, false)) return;
  held_.reset();
  const Fault fault(rd_kafka_incremental_unassign(client_, partition(next_).get()));
  while (consume(0)) continue;
}

Lane::Taken Lane::take(Batch& batch, std::int64_t end, std::size_t limit, sdk::Deadline deadline) {
  do {
    auto message = held_ ? std::move(held_) : consume(0);
    if (!message) {
      if (!std::exchange(fetches_, true)) wake_fetchers(client_, topic_, {&partition_, 1});
      message = consume(ms_left(deadline));
    }
    if (!message) return Taken::nothing;
    fetches_ = false;  // its queue may have been full
    for (; message; message = consume(0)) {
      if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) return Taken::gone;
      // The place where the fetch met the end: records of transactions and compaction may leave nothing before it.
      const bool at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !at_end) continue;
      if (message->offset >= end) {
        if (!at_end) held_ = std::move(message);
        next_ = end;
        return Taken::ended;
      }
      if (at_end || message->offset < next_) continue;
      next_ = message->offset + 1;
      batch.add(std::move(message));
      if (next_ >= end || batch.size() >= limit) return Taken::some;
    }
  } while (batch.empty());
  return Taken::some;
}

Message Lane::consume(int patience_ms) { return Message(rd_kafka_consume_queue(queue_.get(), patience_ms)); }

Partitions Lane::partition(std::int64_t offset) const {
  auto list = partition_list(1);
  rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), partition_)->offset = offset;
  return list;
}

}  // namespace chatd::kafka
