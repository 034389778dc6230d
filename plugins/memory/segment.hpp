// Segment: a stretch of consecutive records of one partition, and the bytes they point to. Append-only: what was
// appended never moves and never changes, so a reader that holds the segment needs no lock for records it has seen
// counted. The last holder frees it: retention drops a segment while a subscriber still reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "chatd/sdk/record.hpp"

namespace chatd::memory {

// Key, value and headers together: what `max_record_bytes` and `retention_bytes` count. [any] never blocks
[[nodiscard]] std::size_t bytes_of(const sdk::Record& record) noexcept;

class Segment {
 public:
  // Room for `capacity` bytes at the least. Throws std::bad_alloc.
  Segment(std::int64_t first_offset, std::size_t capacity);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // Bytes a segment must have free for `record`.
  [[nodiscard]] static std::size_t room_for(const sdk::Record& record) noexcept;
  // Whether `record` fits.
  [[nodiscard]] bool fits(const sdk::Record& record) const noexcept;
  // Copies `record`, which must fit. One thread at a time.
  void append(std::int32_t partition, const sdk::Record& record, sdk::Time appended) noexcept;

  // Offsets [first, end) are here. `end` grows with append: read it under the topic's lock.
  [[nodiscard]] std::int64_t first() const noexcept { return first_; }
  [[nodiscard]] std::int64_t end() const noexcept { return first_ + static_cast<std::int64_t>(records_.size()); }

  // Records [from, to), which must have been appended. The views live as long as the segment.
  [[nodiscard]] std::span<const sdk::StoredRecord> records(std::int64_t from, std::int64_t to) const noexcept;
  // When the record at `offset` was appended.
  [[nodiscard]] sdk::Time appended(std::int64_t offset) const noexcept;

 private:
  [[nodiscard]] std::string_view copy(std::string_view bytes) noexcept;

  std::int64_t first_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::unique_ptr<std::byte[]> bytes_;
  std::vector<sdk::StoredRecord> records_;  // reserved once, so that no element ever moves
  std::vector<sdk::Time> appended_;
};

}  // namespace chatd::memory
