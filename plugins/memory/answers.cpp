#include "plugins/memory/answers.hpp"

#include <utility>

#include <pthread.h>

namespace chatd::memory {

void Answers::start(std::chrono::milliseconds latency) {
  latency_ = latency;
  thread_ = std::jthread([this] { run(); });
}

void Answers::add(Answer answer) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    answer(false);
    return;
  }
  pending_.push_back({std::chrono::steady_clock::now() + latency_, std::move(answer)});
  if (pending_.size() == 1) changed_.notify_one();
}

void Answers::run() noexcept {
  pthread_setname_np(pthread_self(), "memory-answer");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (pending_.empty()) {
      changed_.wait(lock);
    } else if (std::chrono::steady_clock::now() < pending_.front().due) {
      changed_.wait_until(lock, pending_.front().due);
    } else {
      const auto answer = std::move(pending_.front().answer);
      pending_.pop_front();
      lock.unlock();
      answer(true);
      lock.lock();
    }
  }
}

void Answers::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  const auto left = [this] {
    const std::lock_guard lock(mutex_);
    return std::exchange(pending_, {});
  }();
  for (const auto& pending : left) pending.answer(false);
}

}  // namespace chatd::memory
