// Loop: the one thread's epoll, and its clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "chatd/sdk/error.hpp"

namespace chatd::bench {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

class Loop {
  struct Key {};  // only `open` makes one

 public:
  // A descriptor's owner. Must not be destroyed within `poll`, nor while its descriptor is open and added.
  class Source {
   public:
    // `events` are epoll's, edge-triggered: use up what there is.
    virtual void ready(std::uint32_t events) noexcept = 0;

   protected:
    ~Source() = default;
  };

  [[nodiscard]] static sdk::Result<std::unique_ptr<Loop>> open();
  explicit Loop(Key) {}
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Watches `descriptor` for reading and writing until it is closed. False: epoll did not take it, errno says why.
  [[nodiscard]] bool add(int descriptor, Source& source) noexcept;

  // Waits for something to be ready until `deadline`, and lets the sources do what there is. May return early.
  void poll(Time deadline) noexcept;

  // Where sources read into; each uses it within `ready` only.
  [[nodiscard]] std::vector<char>& scratch() noexcept { return scratch_; }

  // The time when bytes were last received: one look at the clock for all that came at once.
  [[nodiscard]] Time received() const noexcept { return received_; }
  void mark_received() noexcept { received_ = Clock::now(); }

 private:
  int epoll_ = -1;
  Time received_{};
  std::vector<char> scratch_ = std::vector<char>(256U << 10);
};

}  // namespace chatd::bench
