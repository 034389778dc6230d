// Lane: one partition of the readers' consumer, and what was fetched of it beyond the last read, so that the next one goes on
// without asking anybody. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "chatd/sdk/error.hpp"
#include "plugins/kafka/batch.hpp"
#include "plugins/kafka/librdkafka.hpp"

namespace chatd::kafka {

class Lane {
 public:
  enum class Taken : std::uint8_t {
    some,     // records
    ended,    // nothing more lies before the end that was asked for; records perhaps
    gone,     // the next offset is not in the log; records perhaps
    nothing,  // until the deadline
  };

  // `client` must outlive it, and has this partition from nobody else.
  Lane(rd_kafka_t* client, std::string topic, std::int32_t partition);
  ~Lane() { close(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Begins to fetch there. [one thread] may block, for no broker
  [[nodiscard]] sdk::Result<> open(std::int64_t offset);
  // Fetches no more, and forgets what was fetched. Legal twice. [one thread] may block, for no broker
  void close() noexcept;

  // Whether what comes next is what lies at this offset. [one thread] never blocks
  [[nodiscard]] bool goes_on_from(std::int64_t offset) const noexcept { return open_ && next_ == offset; }
  [[nodiscard]] std::int64_t next() const noexcept { return next_; }
  // Adds up to `limit` records before `end` to the empty `batch`. [one thread] may block until `deadline`
  [[nodiscard]] Taken take(Batch& batch, std::int64_t end, std::size_t limit, sdk::Deadline deadline);

 private:
  [[nodiscard]] Message consume(int patience_ms);
  [[nodiscard]] Partitions partition(std::int64_t offset) const;

  rd_kafka_t* client_;
  const std::string topic_;
  const std::int32_t partition_;
  Queue queue_;
  bool open_ = false;
  bool fetches_ = false;  // surely; otherwise perhaps
  std::int64_t next_ = 0;
  Message held_;  // was fetched, and lies beyond the end of the last read
};

}  // namespace chatd::kafka
