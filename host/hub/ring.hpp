// Ring: the newest frames of one room, each with a sequence number that grows by one. Bounded by count and by bytes; the oldest
// go first. It never drops the newest, however large. Not thread-safe: it belongs to the queue's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/hub/frame.hpp"
#include "host/hub/limits.hpp"

namespace chatd::hub {

class Ring {
 public:
  explicit Ring(RingLimits limits) : limits_(limits) {}

  // [queue] never blocks
  void push(FramePtr frame);
  // Drops the oldest until at most `most` bytes are left; the newest stays. [queue] never blocks
  void shrink(std::size_t most);

  // Sequence numbers [tail, head) are here; head is what the next push gets. [queue] never blocks
  [[nodiscard]] std::uint64_t head() const noexcept { return head_; }
  [[nodiscard]] std::uint64_t tail() const noexcept { return tail_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  // REQUIRES: tail() <= sequence < head(). Valid until the next push. [queue] never blocks
  [[nodiscard]] const FramePtr& at(std::uint64_t sequence) const noexcept { return slots_[sequence & (slots_.size() - 1)]; }

 private:
  void drop_oldest() noexcept;
  void resize(std::size_t slots);

  RingLimits limits_;
  std::vector<FramePtr> slots_;  // a power of two, so that a sequence number finds its slot by a mask
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace chatd::hub
