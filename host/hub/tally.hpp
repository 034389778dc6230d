// Tally: a count that one thread makes and any may look at: an add is a plain one.
#pragma once

#include <atomic>
#include <cstdint>

namespace chatd::hub {

class Tally {
 public:
  // [queue] never blocks
  void add(std::uint64_t count = 1) noexcept { set(value() + count); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  // [any] never blocks
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// What a hub has done, and what it has.
struct Tallies {
  // As of the last `show`.
  Tally messages;  // given to streams, each stream's by itself
  Tally bytes;     // of those, as encoded
  Tally notices;   // frames that are no messages

  Tally arrived;  // messages from the broker
  Tally repeats;  // publishes again, which were not delivered
  Tally gaps;     // of the log, told to streams
  Tally slow_disconnected;
  Tally slow_skipped;
  Tally slow_caught_up;
  // As of the last tick.
  Tally rooms;
  Tally ring_bytes;
  Tally behind;  // streams that wait for the log
  // As of the last `look_at_lag`.
  Tally lagging;       // streams that are due messages
  Tally lag_messages;  // of the one that is due most
  Tally lag_ms;        // age of the oldest message that one is due
};

}  // namespace chatd::hub
