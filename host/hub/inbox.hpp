// Inbox: how other threads reach the queue's thread. Frames that arrived and tasks are put in; the first of them wakes the queue,
// and those that come before it looks share that wake-up.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "host/hub/frame.hpp"
#include "host/hub/log.hpp"

namespace chatd::hub {

// One record of the log on its way to a room's ring.
struct Arrival {
  enum class Kind : std::uint8_t {
    message,
    nothing,  // no message for anybody, or a repeat: only the place counts
    before,   // from before what this host keeps: rings begin behind it
    gap,      // records up to this one are gone from the log, unread: rings go on behind it
  };
  std::string room{};  // empty: the lobby
  FramePtr frame{};    // of a message
  Log log = Log::lobby;
  Kind kind = Kind::message;
  sdk::Position position{};   // of the record
  std::int64_t time_ms = 0;   // of the record; 0: there was none to look at
  std::int64_t first = -1;    // of a repeat: the offset of the first one,
  std::int32_t first_in = 0;  // and its partition

  [[nodiscard]] std::size_t bytes() const noexcept { return frame ? frame->bytes() : 0; }
};

class Wake {
 public:
  // Makes the queue's thread look into its inbox, once or more. [any] never blocks
  virtual void wake() noexcept = 0;

 protected:
  ~Wake() = default;
};

class Inbox {
 public:
  using Task = std::move_only_function<void() noexcept>;

  // Everything that was put in since the last look, in order.
  struct Contents {
    std::vector<Arrival> arrivals;
    std::vector<Task> tasks;
    void clear() noexcept { arrivals.clear(), tasks.clear(); }
  };

  explicit Inbox(Wake& wake) : wake_(wake) {}

  // What may wait here, records that are no message too; more makes `put` wait. What a burst of a broker is allowed to cost.
  static constexpr std::size_t most_bytes = 64 * 1024 * 1024;

  // Moves the batch in and leaves it empty. Waits while the queue is far behind: so back-pressure reaches the broker's log.
  // [any but queue] may block, until the queue has looked
  void put(std::vector<Arrival>& batch);
  // Runs on the queue's thread, after what was put in before. [any] never blocks
  void put(Task task);

  // Exchanges the contents for `out`, which is cleared first; its memory is used again. [queue] never blocks
  void take(Contents& out) noexcept;

 private:
  bool needs_wake() noexcept;  // REQUIRES: mutex_

  Wake& wake_;
  std::mutex mutex_;  // held only to move vectors
  std::condition_variable taken_;
  std::size_t bytes_ = 0;  // of the arrivals
  Contents contents_;
  bool woken_ = false;
};

}  // namespace chatd::hub
