// Worker: the plugin's thread: what takes too long for who asks, one after another, and a look at the files between.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace chatd::identity {

class Worker {
 public:
  // Called once: true to do its work, false when there will be nobody to do it.
  using Job = std::move_only_function<void(bool work) noexcept>;
  using Look = std::move_only_function<void() noexcept>;

  // At most so many jobs wait.
  explicit Worker(std::size_t most) : most_(most) {}
  // Stops.
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Looks every so often until stop. [control] never blocks
  void start(std::chrono::milliseconds interval, Look look);
  // Waits for the job under way, and tells the others that nobody does them. Twice is fine, and without start. [control] may
  // block
  void stop() noexcept;
  // False, and the job is dropped uncalled: too many wait, or it does not run. [any] never blocks
  [[nodiscard]] bool put(Job job);

 private:
  void loop(std::chrono::milliseconds interval) noexcept;

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  Look look_;
  bool running_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::identity
