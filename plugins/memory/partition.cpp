#include "plugins/memory/partition.hpp"

#include <algorithm>

namespace chatd::memory {

std::int64_t Partition::append(const sdk::Record& record, sdk::Time now, const Retention& retention) {
  if (segments_.empty() || !segments_.back()->fits(record)) {
    segments_.push_back(std::make_shared<Segment>(end_, Segment::room_for(record)));
  }
  segments_.back()->append(number_, record, now);
  bytes_ += bytes_of(record);
  const auto offset = end_++;
  while (end_ - begin_ > 1 && (end_ - begin_ > retention.records || bytes_ > retention.bytes)) drop_oldest();
  expire(now, retention.age);
  return offset;
}

void Partition::expire(sdk::Time now, std::chrono::milliseconds age) noexcept {
  if (age.count() == 0) return;
  while (begin_ < end_ && now - segments_.front()->appended(begin_) >= age) drop_oldest();
}

Stretch Partition::stretch(std::int64_t from, std::int64_t to, std::size_t limit) const noexcept {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), from,
                                      [](std::int64_t offset, const auto& segment) { return offset < segment->first(); });
  const auto& segment = *std::prev(after);
  auto last = std::min({to, end_, segment->end()});
  if (static_cast<std::uint64_t>(last - from) > limit) last = from + static_cast<std::int64_t>(limit);
  return {segment, segment->records(from, last)};
}

void Partition::drop_oldest() noexcept {
  bytes_ -= bytes_of(segments_.front()->records(begin_, begin_ + 1).front().record);
  ++begin_;
  if (segments_.front()->end() == begin_) segments_.pop_front();
}

}  // namespace chatd::memory
