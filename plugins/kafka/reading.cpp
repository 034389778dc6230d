#include "plugins/kafka/reading.hpp"

#include <algorithm>
#include <chrono>

#include "plugins/kafka/statistics.hpp"

namespace chatd::kafka {

Reading::Place& Reading::place(std::int32_t partition) {
  const auto index = static_cast<std::size_t>(partition);
  if (places_.size() <= index) places_.resize(index + 1);
  return places_[index];
}

std::int64_t Reading::now_ms() const {
  return std::chrono::floor<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
}

void Reading::at(std::int32_t partition, std::int64_t next) {
  const std::lock_guard lock(mutex_);
  place(partition) = {.next = next, .last_ms = 0, .since_ms = now_ms()};
}

void Reading::delivered(std::int32_t partition, std::int64_t next, std::int64_t time_ms) {
  const std::lock_guard lock(mutex_);
  auto& one = place(partition);
  // What is read from a time in the past is as old as its records say, not as the reading is.
  if (one.last_ms == 0) one.since_ms = 0;
  one.next = next;
  one.last_ms = time_ms;
}

void Reading::fetched(const Statistics& statistics) {
  const std::lock_guard lock(mutex_);
  for (const auto& partition : statistics.partitions) {
    if (partition.topic != topic_ || partition.waiting > 0) continue;
    if (static_cast<std::size_t>(partition.number) >= places_.size()) continue;
    auto& one = place(partition.number);
    one.next = std::max(one.next, partition.fetched_to);
    if (const auto end = ends_.end(partition.number); end && one.next >= *end) one.since_ms = now_ms();
  }
}

std::vector<Reading::Behind> Reading::behind() {
  std::vector<Behind> all;
  const std::lock_guard lock(mutex_);
  const auto now = now_ms();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    auto& one = places_[i];
    const auto partition = static_cast<std::int32_t>(i);
    const auto end = ends_.end(partition);
    if (one.next < 0 || !end) continue;
    const auto records = std::max<std::int64_t>(*end - one.next, 0);
    if (records == 0) one.since_ms = now;
    const auto age = records == 0 ? 0 : std::max<std::int64_t>(now - std::max(one.last_ms, one.since_ms), 0);
    all.push_back({partition, records, static_cast<double>(age) / 1'000});
  }
  return all;
}

}  // namespace chatd::kafka
