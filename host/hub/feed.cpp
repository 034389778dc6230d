#include "host/hub/feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/hub/outgoing.hpp"
#include "host/wire/token.hpp"
#include "host/wire/utf8.hpp"

namespace chatd::hub {

Feed::Feed(Kind kind, std::string_view topic, Inbox& inbox, std::unique_ptr<FrameMaker> maker, sdk::Logger& log)
    : kind_(kind), topic_(topic), inbox_(inbox), maker_(std::move(maker)), log_(log) {}

void Feed::started(std::span<const sdk::Position> begin) noexcept {
  for (const auto& position : begin) cursor(position.partition).offset = position.offset;
  {
    const std::scoped_lock lock(mutex_);
    reached_ = next_;
    started_ = true;
  }
  moved_.notify_all();
}

void Feed::deliver(std::span<const sdk::StoredRecord> batch) noexcept {
  for (const auto& stored : batch) take(stored);
  if (!arrivals_.empty()) inbox_.put(arrivals_);
  reached();
}

void Feed::gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept {
  cursor(partition).offset = to;
  reached();
  log_.warning("gap in ", topic_, "[", partition, "]: offsets ", from, " to ", to,
               " are gone from the log and were not delivered");
}

void Feed::reached() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    reached_ = next_;
  }
  moved_.notify_all();
}

void Feed::take(const sdk::StoredRecord& stored) {
  const auto& record = stored.record;
  const wire::Timestamp record_time = wire::timestamp(record.timestamp);
  sdk::Position& next = cursor(stored.position.partition);
  next.offset = stored.position.offset + 1;

  if (const auto bytes = record.key.size() + record.value.size(); bytes > most_record_bytes)
    return skip(too_large_, stored, sdk::text(bytes, " bytes, over the ", most_record_bytes, " that clients take"));
  auto message = decoder_.decode(record.value, record_time);
  if (!message) return skip(no_message_, stored, message.error().text);
  if (kind_ == Kind::rooms) {
    if (record.key.empty() || wire::first_invalid_utf8(record.key)) return skip(no_message_, stored, "the key is no room");
    message->room = record.key;
  }
  for (const auto& header : record.headers) {
    if (header.name == message_id_header && !wire::first_invalid_utf8(header.value)) message->message_id = header.value;
  }

  const auto time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(record.timestamp.time_since_epoch()).count();
  token_.clear();
  wire::append_token(token_, time_ms,
                     kind_ == Kind::lobby ? std::span<const sdk::Position>(next_) : std::span<const sdk::Position>(&next, 1));
  arrivals_.push_back({std::string(message->room), maker_->message(*message, token_)});
}

void Feed::skip(Skipped& kind, const sdk::StoredRecord& stored, std::string_view why) {
  {
    const std::scoped_lock lock(mutex_);
    ++bad_records_;
  }
  ++kind.count;
  const auto now = std::chrono::steady_clock::now();
  if (now < kind.quiet_until) return;
  kind.quiet_until = now + std::chrono::minutes(1);
  log_.warning("skipped a record ", kind.what, ": ", topic_, "[", stored.position.partition, "] offset ", stored.position.offset,
               ": ", why, " (", kind.count, " so far; said once a minute at most)");
}

// Partitions are few and numbered from 0; one that was never named begins at its first record.
sdk::Position& Feed::cursor(std::int32_t partition) {
  while (next_.size() <= static_cast<std::size_t>(partition)) next_.push_back({static_cast<std::int32_t>(next_.size()), 0});
  return next_[static_cast<std::size_t>(partition)];
}

bool Feed::wait_started(sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  return moved_.wait_until(lock, deadline, [this] { return started_; });
}

bool Feed::wait_for(std::span<const sdk::Extent> extents, sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  return moved_.wait_until(lock, deadline, [&] {
    return std::ranges::all_of(extents, [this](const sdk::Extent& extent) {
      const auto at = static_cast<std::size_t>(extent.partition);
      return extent.begin == extent.end || (at < reached_.size() && reached_[at].offset >= extent.end);
    });
  });
}

std::uint64_t Feed::bad_records() const {
  const std::scoped_lock lock(mutex_);
  return bad_records_;
}

}  // namespace chatd::hub
