// ReadQueue: one thread that reads the broker's log for those who may not wait, one task after another.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace chatd::hub {

class ReadQueue {
 public:
  using Task = std::move_only_function<void() noexcept>;

  // More tasks than this do not wait: as many streams as one host is meant to hold.
  static constexpr std::size_t most = 20'000;

  ReadQueue() = default;
  ~ReadQueue() { stop(); }
  ReadQueue(const ReadQueue&) = delete;
  ReadQueue& operator=(const ReadQueue&) = delete;

  // [control] never blocks
  void start();
  // Runs the task later on the thread `chatd-reader`; false, and it is not run, when too many wait or the queue was stopped.
  // [any] never blocks
  [[nodiscard]] bool put(Task task);
  // Joins; tasks that wait are not run. Twice is fine. [control] may block, for the task under way
  void stop() noexcept;

 private:
  void run(const std::stop_token& stop) noexcept;

  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::deque<Task> tasks_;
  bool stopped_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::hub
