#include "host/hub/ring.hpp"

#include <algorithm>
#include <utility>

namespace chatd::hub {
namespace {

constexpr std::size_t least_slots = 16;  // a power of two

}  // namespace

void Ring::push(FramePtr frame) {
  const std::size_t added = frame->bytes();
  while (tail_ != head_ && (head_ - tail_ >= limits_.messages || bytes_ + added > limits_.bytes)) drop_oldest();
  if (head_ - tail_ == slots_.size()) resize(std::max(least_slots, slots_.size() * 2));
  slots_[head_ & (slots_.size() - 1)] = std::move(frame);
  ++head_;
  bytes_ += added;
}

void Ring::drop_oldest() noexcept {
  FramePtr& oldest = slots_[tail_ & (slots_.size() - 1)];
  bytes_ -= oldest->bytes();
  oldest.reset();
  ++tail_;
}

void Ring::shrink(std::size_t most) {
  while (head_ - tail_ > 1 && bytes_ > most) drop_oldest();
  std::size_t slots = slots_.size();
  while (slots > least_slots && slots / 4 >= head_ - tail_) slots /= 2;
  if (slots != slots_.size()) resize(slots);
}

void Ring::resize(std::size_t slots) {
  std::vector<FramePtr> others(slots);
  for (std::uint64_t i = tail_; i != head_; ++i) others[i & (slots - 1)] = std::move(slots_[i & (slots_.size() - 1)]);
  slots_ = std::move(others);
}

}  // namespace chatd::hub
