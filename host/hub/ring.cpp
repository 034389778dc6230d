#include "host/hub/ring.hpp"

#include <algorithm>
#include <utility>

namespace chatd::hub {

void Ring::push(FramePtr frame) {
  const std::size_t added = frame->bytes();
  while (tail_ != head_ && (head_ - tail_ >= limits_.messages || bytes_ + added > limits_.bytes)) drop_oldest();
  if (head_ - tail_ == slots_.size()) grow();
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

void Ring::grow() {
  std::vector<FramePtr> larger(std::max<std::size_t>(16, slots_.size() * 2));
  for (std::uint64_t i = tail_; i != head_; ++i) larger[i & (larger.size() - 1)] = std::move(slots_[i & (slots_.size() - 1)]);
  slots_ = std::move(larger);
}

}  // namespace chatd::hub
