#include "plugins/memory/segment.hpp"

#include <algorithm>
#include <cstring>

namespace chatd::memory {

namespace {

// One segment is what a subscriber keeps alive and gets in one batch at most; small enough that retention frees memory
// soon after it moves on, large enough that a batch is worth its wake-up.
constexpr std::size_t most_records = 1024;
constexpr std::size_t usual_bytes = 256 * 1024;

constexpr std::size_t aligned(std::size_t offset) {
  return (offset + alignof(sdk::Header) - 1) / alignof(sdk::Header) * alignof(sdk::Header);
}

}  // namespace

std::size_t bytes_of(const sdk::Record& record) noexcept {
  std::size_t bytes = record.key.size() + record.value.size();
  for (const auto& header : record.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

Segment::Segment(std::int64_t first_offset, std::size_t capacity)
    : first_(first_offset),
      capacity_(std::max(capacity, usual_bytes)),
      bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity_)) {
  records_.reserve(most_records);
  appended_.reserve(most_records);
}

std::size_t Segment::room_for(const sdk::Record& record) noexcept {
  return bytes_of(record) + (record.headers.empty() ? 0 : alignof(sdk::Header) + record.headers.size_bytes());
}

bool Segment::fits(const sdk::Record& record) const noexcept {
  return records_.size() < most_records && room_for(record) <= capacity_ - used_;
}

void Segment::append(std::int32_t partition, const sdk::Record& record, sdk::Time appended) noexcept {
  sdk::StoredRecord stored;
  stored.position = {partition, end()};
  stored.record.timestamp = record.timestamp;
  if (!record.headers.empty()) {
    used_ = aligned(used_);
    auto* const place = bytes_.get() + used_;
    used_ += record.headers.size_bytes();
    sdk::Header* first = nullptr;
    for (std::size_t i = 0; i < record.headers.size(); ++i) {
      auto* const at = reinterpret_cast<sdk::Header*>(place + i * sizeof(sdk::Header));
      auto* const made = std::construct_at(at, copy(record.headers[i].name), copy(record.headers[i].value));
      if (i == 0) first = made;
    }
    stored.record.headers = {first, record.headers.size()};
  }
  stored.record.key = copy(record.key);
  stored.record.value = copy(record.value);
  records_.push_back(stored);
  appended_.push_back(appended);
}

std::span<const sdk::StoredRecord> Segment::records(std::int64_t from, std::int64_t to) const noexcept {
  return {records_.data() + (from - first_), static_cast<std::size_t>(to - from)};
}

sdk::Time Segment::appended(std::int64_t offset) const noexcept { return appended_[static_cast<std::size_t>(offset - first_)]; }

std::string_view Segment::copy(std::string_view bytes) noexcept {
  if (bytes.empty()) return {};
  auto* const place = reinterpret_cast<char*>(bytes_.get() + used_);
  std::memcpy(place, bytes.data(), bytes.size());
  used_ += bytes.size();
  return {place, bytes.size()};
}

}  // namespace chatd::memory
