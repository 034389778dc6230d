// Topic: partitions under one short lock, and the wake-up of those who wait for new records.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "plugins/memory/partition.hpp"

namespace chatd::memory {

// Records that were gone before their subscriber came to them.
struct Gap {
  std::int32_t partition;
  std::int64_t from, to;
};

// What a subscriber gets in one go: at most a stretch of each partition.
struct Haul {
  std::vector<Gap> gaps;
  std::vector<Stretch> stretches;
};

// One subscriber's place: the next offset of each partition, by number.
struct Cursor {
  std::vector<std::int64_t> next;
  bool ended = false;  // guarded by the topic's lock
};

class Topic {
 public:
  Topic(std::string name, std::int32_t partitions, const Retention& retention, const sdk::Clock& clock);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // Copies `record` to the partition of its key. Throws std::bad_alloc. [any] never blocks
  sdk::Position append(const sdk::Record& record);
  // More partitions, empty; subscribers begin them at their start. Throws std::bad_alloc. [any] never blocks
  void add_partitions(std::int32_t count);
  // As sdk::Broker::read. [any] never blocks
  [[nodiscard]] sdk::Result<std::int64_t> read(sdk::Position from, std::int64_t to, std::size_t limit, sdk::Reader& reader);
  // By partition number. [any] never blocks
  [[nodiscard]] std::vector<sdk::Extent> extents();

  // As sdk::Broker::find. Throws std::bad_alloc. [any] never blocks
  [[nodiscard]] std::vector<sdk::Position> find(sdk::Time time);

  // Where a subscriber of now begins. [any] never blocks
  [[nodiscard]] Cursor begin(sdk::From from);
  // Waits for records past `cursor` and moves it behind them; false when the cursor was ended. `haul` comes empty.
  // Throws std::bad_alloc. [delivery] may block
  [[nodiscard]] bool wait(Cursor& cursor, Haul& haul);
  // Makes `wait` of this cursor return false, now and later. [any] never blocks
  void end(Cursor& cursor) noexcept;
  // [any] never blocks
  [[nodiscard]] bool ended(const Cursor& cursor) const noexcept;

 private:
  void collect(Cursor& cursor, Haul& haul) const;
  void expire() noexcept;
  [[nodiscard]] sdk::Time now() const noexcept;
  void wake(std::unique_lock<std::mutex> lock) noexcept;

  const std::string name_;
  const Retention retention_;
  const sdk::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable grown_;
  bool sleepers_ = false;  // somebody has waited since the last wake-up: many publishes make one
  std::vector<Partition> partitions_;
};

}  // namespace chatd::memory
