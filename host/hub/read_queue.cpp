#include "host/hub/read_queue.hpp"

#include <utility>

#include <pthread.h>

namespace chatd::hub {

void ReadQueue::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "chatd-reader");
    run(stop);
  });
}

bool ReadQueue::put(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || tasks_.size() >= most) return false;
    tasks_.push_back(std::move(task));
  }
  filled_.notify_one();
  return true;
}

void ReadQueue::run(const std::stop_token& stop) noexcept {
  std::unique_lock lock(mutex_);
  while (filled_.wait(lock, stop, [this] { return !tasks_.empty(); }) && !stop.stop_requested()) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds goes outside the lock
    lock.lock();
  }
}

void ReadQueue::stop() noexcept {
  std::deque<Task> left;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    left = std::exchange(tasks_, {});
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace chatd::hub
