// Ring: the newest messages of one room, each with a sequence number that grows by one and with its place in the log. Bounded by
// count and by bytes; the oldest go first, some at a time. It never drops the newest, however large. Not thread-safe: it belongs
// to the queue's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/hub/frame.hpp"
#include "host/hub/limits.hpp"
#include "host/hub/log.hpp"

namespace chatd::hub {

class Ring {
 public:
  struct Entry {
    FramePtr frame;
    sdk::Position position;        // of its record
    std::int64_t time_ms = 0;      // of its record
    std::uint64_t bytes_before{};  // of all frames that were ever pushed before it; set by push
  };

  explicit Ring(RingLimits limits) : limits_(limits) {}

  // How many of the oldest have to go before a frame of so many bytes may come: none, or at least an eighth of what is here, so
  // that whoever stands there is looked for seldom. [queue] never blocks
  [[nodiscard]] std::uint64_t overflow(std::size_t bytes) const noexcept;
  // How many of the oldest have to go until at most `most` bytes are left; the newest stays. [queue] never blocks
  [[nodiscard]] std::uint64_t excess(std::size_t most) const noexcept;
  // REQUIRES: overflow(entry.frame->bytes()) == 0. [queue] never blocks
  void push(Entry entry);
  // Drops so many of the oldest. [queue] never blocks
  void drop(std::uint64_t count) noexcept;
  // Gives back memory that is not needed now. [queue] never blocks
  void compact();

  // Sequence numbers [tail, head) are here; head is what the next push gets. [queue] never blocks
  [[nodiscard]] std::uint64_t head() const noexcept { return head_; }
  [[nodiscard]] std::uint64_t tail() const noexcept { return tail_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  // Bytes of the frames [from, head). REQUIRES: tail() <= from <= head(). [queue] never blocks
  [[nodiscard]] std::uint64_t bytes_since(std::uint64_t from) const noexcept {
    return from == head_ ? 0 : pushed_ - at(from).bytes_before;
  }
  // Of each partition, the offset behind the last record whose frame was dropped. [queue] never blocks
  [[nodiscard]] const Offsets& dropped() const noexcept { return dropped_; }

  // REQUIRES: tail() <= sequence < head(). Valid until the next push or drop. [queue] never blocks
  [[nodiscard]] const Entry& at(std::uint64_t sequence) const noexcept { return slots_[sequence & (slots_.size() - 1)]; }

 private:
  void resize(std::size_t slots);

  RingLimits limits_;
  std::vector<Entry> slots_;  // a power of two, so that a sequence number finds its slot by a mask
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
  std::uint64_t pushed_ = 0;  // bytes, ever
  std::size_t bytes_ = 0;
  Offsets dropped_;
};

}  // namespace chatd::hub
