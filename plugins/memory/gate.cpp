#include "plugins/memory/gate.hpp"

namespace chatd::memory {

Gate::Entry Gate::enter(std::uint64_t limit) noexcept {
  auto state = state_.load(std::memory_order_relaxed);
  do {
    if ((state & closed_bit) != 0) return Entry::closed;
    if (state >= limit) return Entry::full;
  } while (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire, std::memory_order_relaxed));
  return Entry::entered;
}

void Gate::leave() noexcept {
  // Nobody enters a closed gate, so exactly one leaver sees this value.
  if (state_.fetch_sub(1, std::memory_order_acq_rel) == (closed_bit | 1)) tell_empty();
}

void Gate::close() noexcept {
  if (state_.fetch_or(closed_bit, std::memory_order_acq_rel) == 0) tell_empty();
}

void Gate::tell_empty() noexcept {
  // Under the lock to the end: the waiter may destroy the gate as soon as it has seen `empty_`.
  const std::lock_guard lock(mutex_);
  empty_ = true;
  empty_changed_.notify_all();
}

bool Gate::wait_empty(std::optional<sdk::Deadline> deadline) noexcept {
  std::unique_lock lock(mutex_);
  const auto empty = [this] { return empty_; };
  if (deadline) return empty_changed_.wait_until(lock, *deadline, empty);
  empty_changed_.wait(lock, empty);
  return true;
}

std::uint64_t Gate::inside() const noexcept { return state_.load(std::memory_order_relaxed) & ~closed_bit; }

}  // namespace chatd::memory
