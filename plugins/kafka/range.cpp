#include "plugins/kafka/range.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/batch.hpp"
#include "plugins/kafka/extents.hpp"

namespace chatd::kafka {

using sdk::Code;
using sdk::fail;
using sdk::text;

namespace {

constexpr std::size_t batch_messages = 256;

// One partition assigned for the time of a read; what was fetched beyond it is thrown away.
class Assignment {
 public:
  Assignment(rd_kafka_t* client, const std::string& topic, sdk::Position from)
      : client_(client), queue_(rd_kafka_queue_get_consumer(client)) {
    const auto list = partition_list(1);
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), from.partition)->offset = from.offset;
    error_ = rd_kafka_assign(client, list.get());
  }
  ~Assignment() {
    rd_kafka_assign(client_, nullptr);
    while (Message(rd_kafka_consume_queue(queue_.get(), 0))) continue;
  }
  Assignment(const Assignment&) = delete;
  Assignment& operator=(const Assignment&) = delete;

  [[nodiscard]] rd_kafka_resp_err_t error() const { return error_; }
  [[nodiscard]] rd_kafka_queue_t* queue() const { return queue_.get(); }

 private:
  rd_kafka_t* client_;
  Queue queue_;
  rd_kafka_resp_err_t error_;
};

std::unexpected<sdk::Error> too_late(const std::string& topic, std::int64_t offset) {
  return fail(Code::deadline_exceeded, text("kafka: offset ", offset, " of topic \"", topic, "\" did not come in time"), true);
}

}  // namespace

sdk::Result<std::int64_t> Range::read(const std::string& topic, sdk::Position from, std::int64_t to, std::size_t limit,
                                      sdk::Reader& reader, sdk::Deadline deadline) {
  const std::unique_lock lock(mutex_, deadline);
  if (!lock) return too_late(topic, from.offset);
  const auto count = count_partitions(cluster_.client(), topic, deadline);
  if (!count) return std::unexpected(count.error());
  if (from.partition < 0 || from.partition >= *count) {
    return fail(Code::not_found, text("kafka: topic \"", topic, "\" has no partition ", from.partition, "; it has ", *count,
                                      *count == 1 ? " partition" : " partitions"));
  }
  const auto extent = cluster_.extent(topic, from.partition, deadline);
  if (!extent) return std::unexpected(extent.error());
  if (from.offset < extent->begin || from.offset > extent->end) {
    return fail(Code::out_of_range, text("kafka: topic \"", topic, "\" partition ", from.partition, " has no offset ",
                                         from.offset, "; it holds [", extent->begin, ", ", extent->end, ")"));
  }
  auto next = from.offset;
  const auto end = std::min(to, extent->end);
  if (next >= end || limit == 0) return next;

  const Assignment assignment(cluster_.client(), topic, from);
  if (assignment.error() != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(Code::internal, text("kafka: reading topic \"", topic, "\": ", rd_kafka_err2str(assignment.error())));
  Batch batch;
  bool ended = false;
  while (!ended && next < end && limit > 0) {
    Message message(rd_kafka_consume_queue(assignment.queue(), ms_left(deadline)));
    if (!message) {
      if (next > from.offset) return next;
      return too_late(topic, next);
    }
    for (; message; message.reset(rd_kafka_consume_queue(assignment.queue(), 0))) {
      // The place where the fetch met the end: records of transactions and compaction may leave nothing before it.
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && message->offset >= end) ended = true;
      if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        return fail(Code::out_of_range,
                    text("kafka: offset ", next, " of topic \"", topic, "\" partition ", from.partition, " has just gone"));
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      if (message->offset >= end) ended = true;
      if (ended || message->offset < next) continue;
      next = message->offset + 1;
      batch.add(std::move(message));
      if (next >= end || --limit == 0 || batch.size() == batch_messages) break;
    }
    if (!batch.empty()) reader.take(batch.records());
    batch.clear();
  }
  return ended ? end : next;
}

}  // namespace chatd::kafka
