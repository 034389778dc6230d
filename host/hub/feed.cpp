#include "host/hub/feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/hub/stored_message.hpp"

namespace chatd::hub {

namespace {

// A whole cluster of Kafka has some hundred thousand at most; what a broker makes up would cost memory without end.
constexpr std::int32_t most_partitions = 1'000'000;

bool is_place(std::int32_t partition, std::int64_t offset) {
  return partition >= 0 && partition < most_partitions && offset >= 0;
}

}  // namespace

Feed::Feed(const Options& options, Inbox& inbox, std::unique_ptr<FrameMaker> maker, sdk::Logger& log)
    : kind_(options.log),
      topic_(options.topic),
      keep_from_(options.keep_from),
      inbox_(inbox),
      maker_(std::move(maker)),
      log_(log),
      seal_(options.token_key, options.topic),
      repeats_(options.repeats) {}

void Feed::started(std::span<const sdk::Position> begin) noexcept {
  for (const auto& [partition, offset] : begin) {
    if (!is_place(partition, offset)) {
      no_place(partition, offset);
      continue;
    }
    cursor(partition) = offset;
    pass({.room = {}, .frame = nullptr, .kind = Arrival::Kind::before, .position = {partition, offset - 1}});
  }
  if (!arrivals_.empty()) inbox_.put(arrivals_);
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
  if (!is_place(partition, to)) return no_place(partition, to);
  cursor(partition) = to;
  pass({.room = {}, .frame = nullptr, .kind = Arrival::Kind::gap, .position = {partition, to - 1}});
  inbox_.put(arrivals_);
  reached();
  log_.warning("gap in ", topic_, "[", partition, "]: offsets ", from, " to ", to,
               " are gone from the log and were not delivered");
}

void Feed::pass(Arrival arrival) {
  arrival.log = kind_;
  arrivals_.push_back(std::move(arrival));
}

void Feed::reached() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    reached_ = next_;
  }
  moved_.notify_all();
}

void Feed::take(const sdk::StoredRecord& stored) {
  const auto position = stored.position;
  if (!is_place(position.partition, position.offset)) return no_place(position.partition, position.offset);
  cursor(position.partition) = position.offset + 1;
  const auto time = time_ms(stored);
  const bool kept = keep(stored);
  const auto pass_over = [&] {
    pass({.room = {},
          .frame = nullptr,
          .kind = kept ? Arrival::Kind::nothing : Arrival::Kind::before,
          .position = position,
          .time_ms = time});
  };

  auto message = read_message(kind_, stored, decoder_);
  if (!message) {
    pass_over();
    // What was skipped before this host began was told by others.
    if (kept) skip(message.error().kind == Unread::Kind::too_large ? too_large_ : no_message_, stored, message.error().why);
    return;
  }
  std::optional<sdk::Position> first;
  if (message->chosen_id) {
    first = repeats_.see(message->message.room, message->message.sender, message->message.message_id, position, time);
  }
  if (first || !kept) {
    pass_over();
    if (first && kept) {
      arrivals_.back().first = first->offset;
      arrivals_.back().first_in = first->partition;
    }
    return;
  }
  token_.clear();
  wire::append_token(token_, time, position.partition, next_, seal_, message->message.room);
  pass({.room = std::string(message->message.room),
        .frame = maker_->message(message->message, token_),
        .position = position,
        .time_ms = time});
}

// Times of records need not grow: from the first one on that is new enough, a partition is kept as it comes.
bool Feed::keep(const sdk::StoredRecord& stored) {
  const auto index = static_cast<std::size_t>(stored.position.partition);
  if (keeping_.size() <= index) keeping_.resize(index + 1, false);
  if (!keeping_[index] && stored.record.timestamp >= keep_from_) keeping_[index] = true;
  return keeping_[index];
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

void Feed::no_place(std::int32_t partition, std::int64_t offset) {
  log_.error("the broker's plugin names a place that no log has: ", topic_, "[", partition, "] offset ", offset,
             "; it is passed over: report it to the plugin's author");
}

// Partitions are few and numbered from 0; one that was never named begins at its first record.
std::int64_t& Feed::cursor(std::int32_t partition) {
  const auto index = static_cast<std::size_t>(partition);
  if (next_.size() <= index) next_.resize(index + 1, 0);
  return next_[index];
}

bool Feed::wait_started(sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  return moved_.wait_until(lock, deadline, [this] { return started_; });
}

bool Feed::wait_for(std::span<const sdk::Extent> extents, sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  return moved_.wait_until(lock, deadline, [&] {
    return std::ranges::all_of(extents, [this](const sdk::Extent& extent) {
      return extent.begin == extent.end || at(reached_, extent.partition) >= extent.end;
    });
  });
}

std::int64_t Feed::next_offset(std::int32_t partition) const {
  const std::scoped_lock lock(mutex_);
  return at(reached_, partition);
}

std::uint64_t Feed::bad_records() const {
  const std::scoped_lock lock(mutex_);
  return bad_records_;
}

}  // namespace chatd::hub
