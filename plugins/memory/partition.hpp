// Partition: a bounded sequence of records with consecutive offsets. Not safe for threads: its topic's lock guards it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include "chatd/sdk/record.hpp"
#include "plugins/memory/segment.hpp"

namespace chatd::memory {

// What each partition keeps. Its newest record outlives `records` and `bytes` whatever it is; zero age: no limit.
struct Retention {
  std::int64_t records = 0;
  std::size_t bytes = 0;
  std::chrono::milliseconds age{0};
};

// Consecutive records, kept alive while it lives. Usable without the topic's lock.
struct Stretch {
  std::shared_ptr<const Segment> segment;
  std::span<const sdk::StoredRecord> records;
};

class Partition {
 public:
  explicit Partition(std::int32_t number) : number_(number) {}

  // Copies `record` to the end, then lets go what `retention` no longer keeps. Returns its offset. Throws std::bad_alloc,
  // and then nothing has changed.
  std::int64_t append(const sdk::Record& record, sdk::Time now, const Retention& retention);
  // Lets go what is too old at `now`.
  void expire(sdk::Time now, std::chrono::milliseconds age) noexcept;

  // Offsets [begin, end) are kept.
  [[nodiscard]] sdk::Extent extent() const noexcept { return {number_, begin_, end_}; }
  // What is kept of [from, to) in one piece from `from` on, which must be in [begin, end): at least one record, at most `limit`.
  [[nodiscard]] Stretch stretch(std::int64_t from, std::int64_t to, std::size_t limit) const noexcept;

 private:
  void drop_oldest() noexcept;

  std::int32_t number_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::size_t bytes_ = 0;
  std::deque<std::shared_ptr<Segment>> segments_;  // the first holds `begin_`, the last is appended to
};

}  // namespace chatd::memory
