#include "host/presence/inbox.hpp"

#include <utility>

namespace chatd::presence {

void Inbox::put(LocalEvent event) {
  const std::lock_guard lock(mutex_);
  contents_.local.push_back(std::move(event));
  filled_.notify_one();
}

void Inbox::put(Answer answer) {
  const std::lock_guard lock(mutex_);
  contents_.answers.push_back(answer);
  filled_.notify_one();
}

void Inbox::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  filled_.notify_one();
}

std::size_t Inbox::weight(const wire::HostRecord& record) noexcept {
  return 1 + record.joined.size() + record.left.size() + record.old.size();
}

bool Inbox::wait_for_place(std::unique_lock<std::mutex>& lock) {
  taken_.wait(lock, [this] { return closed_ || weight_ < most; });
  return !closed_;
}

void Inbox::put(wire::HostRecord record) {
  std::unique_lock lock(mutex_);
  if (!wait_for_place(lock)) return;
  weight_ += weight(record);
  contents_.records.push_back(std::move(record));
  filled_.notify_one();
}

void Inbox::put(wire::ConnectionEvent event) {
  std::unique_lock lock(mutex_);
  if (!wait_for_place(lock)) return;
  ++weight_;
  contents_.events.push_back(std::move(event));
  filled_.notify_one();
}

void Inbox::close() noexcept {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  taken_.notify_all();
  filled_.notify_all();
}

void Inbox::take(Contents& out, sdk::Deadline until) {
  out.clear();
  std::unique_lock lock(mutex_);
  filled_.wait_until(lock, until, [this] { return closed_ || woken_ || !contents_.empty(); });
  woken_ = false;
  std::swap(contents_, out);
  weight_ = 0;
  taken_.notify_all();
}

}  // namespace chatd::presence
