// Step: one call of a plugin on a thread of its own, so that its caller can give up one that hangs.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "chatd/sdk/clock.hpp"

namespace chatd::plugin {

class Step {
 public:
  // Calls `work`, which throws nothing and whose captures must stay until it has returned. Where no thread is to be had it is
  // called here. [control] never blocks, but for the latter
  explicit Step(std::function<void()> work);
  // Waits for it, however long it takes.
  ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  // Whether it has returned, waiting until the deadline for that. [control] may block until the deadline
  [[nodiscard]] bool over(sdk::Deadline deadline);

 private:
  void run(const std::function<void()>& work);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::plugin
