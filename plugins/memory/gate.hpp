// Gate: counts work under way, so that closing means "refuse new, wait for current".
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "chatd/sdk/clock.hpp"

namespace chatd::memory {

class Gate {
 public:
  enum class Entry : std::uint8_t { entered, closed, full };

  // Enters unless the gate is closed or `limit` are inside. Who entered must leave. [any] never blocks
  [[nodiscard]] Entry enter(std::uint64_t limit) noexcept;
  // [any] never blocks
  void leave() noexcept;
  // Refuses everybody from now on. Legal twice. [any] never blocks
  void close() noexcept;
  // After close: waits until nobody is inside; true when so, false at the deadline. No deadline: as long as it takes.
  // [control] may block
  [[nodiscard]] bool wait_empty(std::optional<sdk::Deadline> deadline) noexcept;
  // How many are inside. [any] never blocks
  [[nodiscard]] std::uint64_t inside() const noexcept;

 private:
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;

  void tell_empty() noexcept;

  std::atomic<std::uint64_t> state_{0};  // those inside, and the closed bit
  std::mutex mutex_;
  std::condition_variable empty_changed_;
  bool empty_ = false;  // set once, by the last to leave a closed gate
};

// Leaves the gate at the end of a scope. [any] never blocks
class Inside {
 public:
  explicit Inside(Gate& gate) noexcept : gate_(gate) {}
  ~Inside() { gate_.leave(); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Gate& gate_;
};

}  // namespace chatd::memory
