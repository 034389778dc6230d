#include "host/hub/ring.hpp"

#include <algorithm>
#include <utility>

namespace chatd::hub {
namespace {

constexpr std::size_t least_slots = 16;  // a power of two

}  // namespace

std::uint64_t Ring::overflow(std::size_t bytes) const noexcept {
  const std::uint64_t here = head_ - tail_;
  if (here == 0 || (here < limits_.messages && bytes_ + bytes <= limits_.bytes)) return 0;
  std::uint64_t count = here >= limits_.messages ? here - limits_.messages + 1 : 0;
  std::uint64_t freed = bytes_since(tail_) - (count < here ? bytes_since(tail_ + count) : 0);
  for (; count < here && bytes_ - freed + bytes > limits_.bytes; ++count) freed += at(tail_ + count).frame->bytes();
  return std::min(here, std::max(count, here / 8));
}

std::uint64_t Ring::excess(std::size_t most) const noexcept {
  std::uint64_t count = 0;
  for (std::size_t left = bytes_; left > most && head_ - tail_ - count > 1; ++count) left -= at(tail_ + count).frame->bytes();
  return count;
}

void Ring::push(Entry entry) {
  if (head_ - tail_ == slots_.size()) resize(std::max(least_slots, slots_.size() * 2));
  const std::size_t bytes = entry.frame->bytes();
  entry.bytes_before = pushed_;
  slots_[head_ & (slots_.size() - 1)] = std::move(entry);
  ++head_;
  bytes_ += bytes;
  pushed_ += bytes;
}

void Ring::drop(std::uint64_t count) noexcept {
  for (; count > 0; --count, ++tail_) {
    Entry& oldest = slots_[tail_ & (slots_.size() - 1)];
    bytes_ -= oldest.frame->bytes();
    oldest.frame.reset();
    raise(dropped_, sdk::Position{oldest.position.partition, oldest.position.offset + 1});
  }
}

void Ring::compact() {
  std::size_t slots = slots_.size();
  while (slots > least_slots && slots / 4 >= head_ - tail_) slots /= 2;
  if (slots != slots_.size()) resize(slots);
}

void Ring::resize(std::size_t slots) {
  std::vector<Entry> others(slots);
  for (std::uint64_t i = tail_; i != head_; ++i) others[i & (slots - 1)] = std::move(slots_[i & (slots_.size() - 1)]);
  slots_ = std::move(others);
}

}  // namespace chatd::hub
