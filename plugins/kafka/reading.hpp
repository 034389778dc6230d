// Reading: how far one subscription has come in each partition of its topic, and how far that is behind the log.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/clock.hpp"

namespace chatd::kafka {

struct Statistics;

// What is known of where partitions end.
class Ends {
 public:
  // Behind the last record that the brokers told of; nothing: none has yet. [any] never blocks
  [[nodiscard]] virtual std::optional<std::int64_t> end(std::int32_t partition) const noexcept = 0;

 protected:
  ~Ends() = default;
};

class Reading {
 public:
  struct Behind {
    std::int32_t partition = 0;
    std::int64_t records = 0;
    // At most so old is the first of them: it came after the last one that was delivered, and after the last time when there was
    // none to be delivered.
    double seconds = 0;
  };

  // Both must outlive it.
  Reading(std::string topic, const Ends& ends, const sdk::Clock& clock) : topic_(std::move(topic)), ends_(ends), clock_(clock) {}

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }

  // This comes next in the partition, from which nothing was read yet, or less than that. [delivery] never blocks
  void at(std::int32_t partition, std::int64_t next);
  // So far the sink has been given everything; the last record was of this time. [delivery] never blocks
  void delivered(std::int32_t partition, std::int64_t next, std::int64_t time_ms);
  // Offsets at a log's end may have no record, as marks of transactions: what was fetched, and left nothing to take, counts as
  // read. REQUIRES: the sink has been given everything that was taken. [delivery] never blocks
  void fetched(const Statistics& statistics);

  // Of each partition of which that is known. [any] never blocks
  [[nodiscard]] std::vector<Behind> behind();

 private:
  struct Place {
    std::int64_t next = -1;     // -1: not known yet
    std::int64_t last_ms = 0;   // the time of the last record; 0: there was none
    std::int64_t since_ms = 0;  // when nothing was known to be left last, or when it began
  };
  Place& place(std::int32_t partition);
  [[nodiscard]] std::int64_t now_ms() const;

  const std::string topic_;
  const Ends& ends_;
  const sdk::Clock& clock_;
  std::mutex mutex_;
  std::vector<Place> places_;  // by partition
};

}  // namespace chatd::kafka
