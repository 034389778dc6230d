#include "plugins/identity/worker.hpp"

#include <utility>

#include <pthread.h>

namespace chatd::identity {

void Worker::start(std::chrono::milliseconds interval, Look look) {
  look_ = std::move(look);
  running_ = true;
  thread_ = std::jthread([this, interval] {
    pthread_setname_np(pthread_self(), "identity");
    loop(interval);
  });
}

void Worker::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  for (auto& job : std::exchange(jobs_, {})) job(false);
}

bool Worker::put(Job job) {
  const std::lock_guard lock(mutex_);
  if (!running_ || jobs_.size() >= most_) return false;
  jobs_.push_back(std::move(job));
  changed_.notify_all();
  return true;
}

void Worker::loop(std::chrono::milliseconds interval) noexcept {
  auto next = std::chrono::steady_clock::now() + interval;
  std::unique_lock lock(mutex_);
  while (running_) {
    changed_.wait_until(lock, next, [this] { return !running_ || !jobs_.empty(); });
    if (!running_) return;
    Job job;
    if (!jobs_.empty()) {
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    lock.unlock();
    if (job) job(true);
    if (const auto now = std::chrono::steady_clock::now(); now >= next) {
      look_();
      next = now + interval;
    }
    lock.lock();
  }
}

}  // namespace chatd::identity
