#include "plugins/memory/topic.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/memory/placement.hpp"

namespace chatd::memory {

using sdk::Code;
using sdk::text;

Topic::Topic(std::string name, std::int32_t partitions, const Retention& retention, const sdk::Clock& clock)
    : name_(std::move(name)), retention_(retention), clock_(clock) {
  for (std::int32_t number = 0; number < partitions; ++number) partitions_.emplace_back(number);
}

sdk::Position Topic::append(const sdk::Record& record) {
  const auto hash = fnv1a(record.key);
  std::unique_lock lock(mutex_);
  const auto number = partition_of(hash, static_cast<std::int32_t>(partitions_.size()));
  const auto offset = partitions_[static_cast<std::size_t>(number)].append(record, now(), retention_);
  wake(std::move(lock));
  return {number, offset};
}

void Topic::add_partitions(std::int32_t count) {
  const std::lock_guard lock(mutex_);
  for (std::int32_t i = 0; i < count; ++i) partitions_.emplace_back(static_cast<std::int32_t>(partitions_.size()));
}

sdk::Result<std::int64_t> Topic::read(sdk::Position from, std::int64_t to, std::size_t limit, sdk::Reader& reader) {
  auto next = from.offset;
  // One stretch at a time, so that publishers never wait for the reader.
  for (bool first = true;; first = false) {
    Stretch stretch;
    {
      const std::lock_guard lock(mutex_);
      expire();
      const auto count = static_cast<std::int32_t>(partitions_.size());
      if (from.partition < 0 || from.partition >= count) {
        return sdk::fail(Code::not_found, text("topic \"", name_, "\" has no partition ", from.partition, "; it has ", count,
                                               count == 1 ? " partition" : " partitions"));
      }
      const auto& partition = partitions_[static_cast<std::size_t>(from.partition)];
      const auto [number, begin, end] = partition.extent();
      if (next < begin || next > end) {
        if (!first) return next;  // what follows was let go meanwhile; the next call says so
        return sdk::fail(Code::out_of_range, text("topic \"", name_, "\" partition ", number, " has no offset ", next,
                                                  "; it holds [", begin, ", ", end, ")"));
      }
      if (next >= std::min(to, end) || limit == 0) return next;
      stretch = partition.stretch(next, to, limit);
    }
    reader.take(stretch.records);
    next += static_cast<std::int64_t>(stretch.records.size());
    limit -= stretch.records.size();
  }
}

std::vector<sdk::Extent> Topic::extents() {
  const std::lock_guard lock(mutex_);
  expire();
  std::vector<sdk::Extent> extents;
  extents.reserve(partitions_.size());
  for (const auto& partition : partitions_) extents.push_back(partition.extent());
  return extents;
}

Cursor Topic::begin(sdk::From from) {
  Cursor cursor;
  if (from.kind == sdk::From::Kind::since) {
    for (const auto& position : find(from.time)) cursor.next.push_back(position.offset);
  } else {
    for (const auto& extent : extents())
      cursor.next.push_back(from.kind == sdk::From::Kind::earliest ? extent.begin : extent.end);
  }
  return cursor;
}

std::vector<sdk::Position> Topic::find(sdk::Time time) {
  std::vector<sdk::Position> found;
  for (const auto& [partition, begin, end] : extents()) {
    sdk::Position at{partition, begin};
    // Timestamps are the publishers' and need not grow, so every record is looked at, a stretch at a time: no publisher waits.
    while (at.offset < end) {
      Stretch stretch;
      {
        const std::lock_guard lock(mutex_);
        const auto& log = partitions_[static_cast<std::size_t>(partition)];
        at.offset = std::max(at.offset, log.extent().begin);
        if (at.offset >= end) break;
        stretch = log.stretch(at.offset, end, static_cast<std::size_t>(end - at.offset));
      }
      const auto later =
          std::ranges::find_if(stretch.records, [time](const auto& stored) { return stored.record.timestamp >= time; });
      at.offset += later - stretch.records.begin();
      if (later != stretch.records.end()) break;
    }
    found.push_back(at);
  }
  return found;
}

bool Topic::wait(Cursor& cursor, Haul& haul) {
  std::unique_lock lock(mutex_);
  while (!cursor.ended) {
    collect(cursor, haul);
    if (!haul.gaps.empty() || !haul.stretches.empty()) return true;
    sleepers_ = true;
    grown_.wait(lock);
  }
  return false;
}

void Topic::collect(Cursor& cursor, Haul& haul) const {
  cursor.next.resize(partitions_.size(), 0);
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    auto& next = cursor.next[i];
    const auto [number, begin, end] = partitions_[i].extent();
    if (next < begin) haul.gaps.push_back({number, std::exchange(next, begin), begin});
    if (next == end) continue;
    haul.stretches.push_back(partitions_[i].stretch(next, end, static_cast<std::size_t>(end - next)));
    next += static_cast<std::int64_t>(haul.stretches.back().records.size());
  }
}

void Topic::end(Cursor& cursor) noexcept {
  const std::lock_guard lock(mutex_);
  cursor.ended = true;
  grown_.notify_all();
}

bool Topic::ended(const Cursor& cursor) const noexcept {
  const std::lock_guard lock(mutex_);
  return cursor.ended;
}

void Topic::expire() noexcept {
  if (retention_.age.count() == 0) return;
  for (auto& partition : partitions_) partition.expire(now(), retention_.age);
}

sdk::Time Topic::now() const noexcept { return retention_.age.count() == 0 ? sdk::Time{} : clock_.now(); }

void Topic::wake(std::unique_lock<std::mutex> lock) noexcept {
  const bool somebody = std::exchange(sleepers_, false);
  lock.unlock();  // so that who wakes does not meet the lock at once
  if (somebody) grown_.notify_all();
}

}  // namespace chatd::memory
