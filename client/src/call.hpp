// Calls under way that nobody waits for: each is owned here until it is answered.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "queue.hpp"

namespace chatd::client {

class Call : public Event {
 public:
  // It is answered soon, as cancelled; nothing is started any more. [any] never blocks
  virtual void cancel() = 0;
};

class Calls {
 public:
  // To be called before the first operation of the call is started. [any] never blocks
  void add(std::unique_ptr<Call> call) {
    const std::lock_guard lock(mutex_);
    auto* const address = call.get();
    calls_.emplace(address, std::move(call));
  }

  // The caller owns it again. [any] never blocks
  [[nodiscard]] std::unique_ptr<Call> take(Call& call) {
    const std::lock_guard lock(mutex_);
    return std::move(calls_.extract(&call).mapped());
  }

  // [any] never blocks
  void cancel() {
    const std::lock_guard lock(mutex_);
    for (const auto& [address, call] : calls_) call->cancel();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<Call*, std::unique_ptr<Call>> calls_;
};

}  // namespace chatd::client
