#include "terminal/inbox.hpp"

#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace chatd::terminal {

Inbox::Inbox() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
Inbox::~Inbox() { close(descriptor_); }

void Inbox::put(News news) {
  std::unique_lock lock(mutex_);
  if (std::holds_alternative<Arrived>(news)) room_.wait(lock, [this] { return !bounded_ || news_.size() < many; });
  news_.push_back(std::move(news));
  if (news_.size() == 1) eventfd_write(descriptor_, 1);
}

std::optional<News> Inbox::take() {
  const std::lock_guard lock(mutex_);
  if (news_.empty()) return std::nullopt;
  auto first = std::move(news_.front());
  news_.pop_front();
  if (news_.empty()) {
    eventfd_t count = 0;
    eventfd_read(descriptor_, &count);
  }
  room_.notify_one();
  return first;
}

void Inbox::lift_bound() {
  const std::lock_guard lock(mutex_);
  bounded_ = false;
  room_.notify_all();
}

void Inbox::set_bound() {
  const std::lock_guard lock(mutex_);
  bounded_ = true;
}

}  // namespace chatd::terminal
