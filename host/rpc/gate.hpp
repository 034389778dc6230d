// Gate: counts work under way. Closed, it refuses new work and lets one wait for what is left.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "chatd/sdk/clock.hpp"

namespace chatd::rpc {

class Gate {
 public:
  explicit Gate(std::size_t most) : most_(most) {}

  enum class Answer { in, full, closed };
  // Answer::in is to be paid back with one `leave`. [any] never blocks
  [[nodiscard]] Answer enter() noexcept;
  // [any] never blocks
  void leave() noexcept;
  // From now on; who is in stays. [any] never blocks
  void change(std::size_t most) noexcept;
  // [any] never blocks
  void close() noexcept;
  // Until nobody is in; false at the deadline. [control] may block
  [[nodiscard]] bool wait_empty(sdk::Deadline deadline) noexcept;
  // [any] never blocks
  [[nodiscard]] std::size_t inside() const noexcept;

 private:
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t most_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace chatd::rpc
