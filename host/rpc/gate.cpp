#include "host/rpc/gate.hpp"

namespace chatd::rpc {

Gate::Answer Gate::enter() noexcept {
  const std::scoped_lock lock(mutex_);
  if (closed_) return Answer::closed;
  if (inside_ >= most_) return Answer::full;
  ++inside_;
  return Answer::in;
}

void Gate::leave() noexcept {
  const std::scoped_lock lock(mutex_);
  if (--inside_ == 0 && closed_) empty_.notify_all();
}

void Gate::change(std::size_t most) noexcept {
  const std::scoped_lock lock(mutex_);
  most_ = most;
}

void Gate::close() noexcept {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

bool Gate::wait_empty(sdk::Deadline deadline) noexcept {
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, deadline, [this] { return inside_ == 0; });
}

std::size_t Gate::inside() const noexcept {
  const std::scoped_lock lock(mutex_);
  return inside_;
}

}  // namespace chatd::rpc
