#include "host/hub/replay.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/hub/stored_message.hpp"

namespace chatd::hub {
namespace {

using sdk::Code;
using sdk::Error;

constexpr std::size_t read_records = 64;  // a stream that waits holds so many messages of each partition

// As the Kafka plugin waits for a leader that is behind.
constexpr auto new_leader_wait = std::chrono::seconds(10);
constexpr auto believed_for = std::chrono::seconds(60);
constexpr auto between_questions = std::chrono::milliseconds(100);

wire::Timestamp timestamp_of(std::int64_t ms) { return wire::timestamp(sdk::Time(std::chrono::milliseconds(ms))); }

// The time of one record, if it is there.
class OneTime final : public sdk::Reader {
 public:
  explicit OneTime(std::int64_t offset) : offset_(offset) {}
  void take(std::span<const sdk::StoredRecord> batch) noexcept override {
    for (const auto& stored : batch) {
      if (stored.position.offset == offset_) found = time_ms(stored);
    }
  }
  std::optional<std::int64_t> found;

 private:
  std::int64_t offset_;
};

}  // namespace

// Decodes what is of the room; records before the place that the stream goes on from only tell what is a repeat.
class Replay::Taker final : public sdk::Reader {
 public:
  Taker(Replay& replay, Shelf& shelf) : replay_(replay), shelf_(shelf) {}

  void take(std::span<const sdk::StoredRecord> batch) noexcept override {
    for (const auto& stored : batch) {
      ++replay_.records_;
      const auto time = replay_.looked_to_ms_ = time_ms(stored);
      auto& past = replay_.past_;
      if (past.log == Log::rooms && stored.record.key != replay_.room_) continue;
      const auto read = read_message(past.log, stored, past.decoder);
      if (!read) continue;
      const auto& message = read->message;
      const bool repeat =
          read->chosen_id && replay_.repeats_ &&
          replay_.repeats_->see(message.room, message.sender, message.message_id, stored.position, time).has_value();
      if (repeat || stored.position.offset < shelf_.begin) continue;
      shelf_.messages.push_back({past.maker->message(message, {}), stored.position, time});
    }
  }

 private:
  Replay& replay_;
  Shelf& shelf_;
};

Replay::Replay(Past& past, std::string room, wire::Token token, Offsets until, Strict strict)
    : past_(past),
      room_(std::move(room)),
      token_(std::move(token)),
      reached_(token_),
      until_(std::move(until)),
      strict_(strict),
      made_of_(at(token_.next, token_.partition) - 1),
      bound_(std::numeric_limits<std::size_t>::max()) {}

std::optional<wire::Loss> Replay::lost(wire::Loss::Reason reason, std::uint64_t messages) const {
  std::optional<wire::Timestamp> since;
  if (token_.partition >= 0) since = timestamp_of(token_.time_ms);
  return wire::Loss{reason, messages, since};
}

// A partition that the token does not know was added later: the stream is to get it from its first record.
std::optional<wire::Loss> Replay::check(std::span<const sdk::Extent> extents) {
  using Reason = wire::Loss::Reason;
  shelves_.resize(std::max(extents.size(), std::max(token_.next.size(), until_.size())));
  std::uint64_t wanted = 0, missing = 0;
  for (std::size_t i = 0; i < shelves_.size(); ++i) {
    auto& shelf = shelves_[i];
    const auto partition = static_cast<std::int32_t>(i);
    const sdk::Extent extent = i < extents.size() ? extents[i] : sdk::Extent{partition, 0, 0};
    shelf.begin = at(token_.next, partition);
    shelf.end = std::min(at(until_, partition), extent.end);
    if (shelf.begin > extent.end) {
      if (strict_ == Strict::yes) return lost(Reason::remade);
      shelf.begin = extent.end;
    }
    if (shelf.begin < extent.begin) {
      missing += static_cast<std::uint64_t>(extent.begin - shelf.begin);
      shelf.begin = extent.begin;
    }
    shelf.end = std::max(shelf.begin, shelf.end);
    shelf.cursor = shelf.begin;
    wanted += static_cast<std::uint64_t>(shelf.end - shelf.begin);
  }
  if (strict_ == Strict::no) return std::nullopt;
  if (missing > 0) return lost(Reason::truncated, missing + wanted);
  if (wanted > past_.most_records) return lost(Reason::too_far, wanted);
  return std::nullopt;
}

// A broker that has just become the leader may for a moment not tell the end that the one before it told.
sdk::Result<std::vector<sdk::Extent>> Replay::extents(sdk::Deadline deadline) {
  const auto short_of_token = [this](const std::vector<sdk::Extent>& extents) {
    return std::ranges::any_of(extents, [this](const auto& extent) { return at(token_.next, extent.partition) > extent.end; });
  };
  const auto patient_until = std::min(deadline, std::chrono::steady_clock::now() + new_leader_wait);
  for (;;) {
    auto extents = past_.broker.extents(past_.topic, deadline);
    if (!extents || !short_of_token(*extents)) return extents;
    const auto now = std::chrono::steady_clock::now();
    // A log of this process alone has no leaders.
    if (now < past_.cut_until || !past_.broker.traits().shared) return extents;
    if (now >= patient_until) {
      past_.cut_until = now + believed_for;
      return extents;
    }
    std::this_thread::sleep_for(between_questions);
  }
}

// Whether the record that the token was made of is still the same one, as far as the log can tell.
sdk::Result<bool> Replay::same_log(sdk::Deadline deadline) {
  const auto partition = token_.partition;
  if (partition < 0) return true;
  const auto offset = at(token_.next, partition) - 1;
  OneTime reader(offset);
  const auto read = past_.broker.read(past_.topic, {partition, offset}, offset + 1, 1, reader, deadline);
  if (!read) {
    if (read.error().code == Code::out_of_range || read.error().code == Code::not_found) return true;
    return std::unexpected(read.error());
  }
  return !reader.found || *reader.found == token_.time_ms;
}

sdk::Result<> Replay::prepare(sdk::Deadline deadline, std::optional<wire::Loss>& loss) {
  const auto held = extents(deadline);
  if (!held) return std::unexpected(held.error());
  loss = check(*held);
  if (loss) return {};
  if (strict_ == Strict::yes) {
    const auto same = same_log(deadline);
    if (!same) return std::unexpected(same.error());
    if (!*same) loss = lost(wire::Loss::Reason::remade);
    if (loss) return {};
  }
  const bool nothing = std::ranges::all_of(shelves_, [](const Shelf& shelf) { return shelf.begin == shelf.end; });
  // Also the first records after the place may be repeats of records before it.
  if (past_.repeats.count() > 0 && !nothing) repeats_.emplace(past_.repeats);
  if (past_.repeats.count() > 0 && token_.partition >= 0 && !nothing) {
    const sdk::Time since{std::chrono::milliseconds(token_.time_ms) - past_.repeats};
    const auto places = past_.broker.find(past_.topic, since, deadline);
    if (!places) return std::unexpected(places.error());
    for (const auto& [partition, offset] : *places) {
      const auto index = static_cast<std::size_t>(partition);
      if (index >= shelves_.size() || shelves_[index].begin == shelves_[index].end) continue;
      const auto begin = (*held)[index].begin;
      shelves_[index].cursor = std::clamp(offset, begin, std::max(begin, shelves_[index].begin));
    }
  }
  prepared_ = true;
  return {};
}

sdk::Result<> Replay::fill(std::int32_t partition, Shelf& shelf, sdk::Deadline deadline) {
  Taker taker(*this, shelf);
  const auto next = past_.broker.read(past_.topic, {partition, shelf.cursor}, shelf.end, read_records, taker, deadline);
  if (!next) {
    if (next.error().code != Code::out_of_range) return std::unexpected(next.error());
    return std::unexpected(Error{Code::data_loss,
                                 sdk::text("records of room \"", room_, "\" went from the log while they were read (",
                                           past_.topic, "[", partition, "] offset ", shelf.cursor, "); connect again"),
                                 true});
  }
  // A log may hold less than the numbers between two offsets.
  shelf.cursor = std::max(*next, shelf.cursor);
  return {};
}

sdk::Result<> Replay::fill(sdk::Deadline deadline) {
  for (std::size_t i = 0; i < shelves_.size(); ++i) {
    auto& shelf = shelves_[i];
    while (shelf.messages.empty() && shelf.cursor < shelf.end && records_ < bound_) {
      const auto before = shelf.cursor;
      if (auto filled = fill(static_cast<std::int32_t>(i), shelf, deadline); !filled) return filled;
      if (shelf.cursor == before) {
        if (std::chrono::steady_clock::now() >= deadline)
          return std::unexpected(Error{Code::unavailable, sdk::text("the broker did not give ", past_.topic, " in time"), true});
      }
    }
  }
  return {};
}

// Of the messages that are next in their partitions.
Replay::Shelf* Replay::oldest() {
  Shelf* best = nullptr;
  for (auto& shelf : shelves_) {
    if (shelf.messages.empty()) continue;
    if (!best || shelf.messages.front().time_ms < best->messages.front().time_ms) best = &shelf;
  }
  return best;
}

// Where nothing waits, everything up to the cursor is of no interest.
void Replay::advance() {
  for (std::size_t i = 0; i < shelves_.size(); ++i) {
    const auto& shelf = shelves_[i];
    const auto offset = shelf.messages.empty() ? shelf.cursor : shelf.messages.front().position.offset;
    raise(reached_.next, sdk::Position{static_cast<std::int32_t>(i), std::max(offset, shelf.begin)});
  }
}

Page Replay::next(sdk::Deadline deadline) { return next(page_messages, deadline); }

Page Replay::next(std::size_t most, sdk::Deadline deadline) {
  Page page;
  if (!prepared_) {
    if (auto prepared = prepare(deadline, page.loss); !prepared) page.error = prepared.error();
    if (page.loss || page.error) return page;
  }
  std::size_t bytes = 0;
  std::string token;
  while (page.frames.size() < most && bytes < page_bytes) {
    if (auto filled = fill(deadline); !filled) {
      page.error = filled.error();
      return page;
    }
    advance();
    Shelf* const shelf = oldest();
    if (!shelf) break;
    PastMessage message = std::move(shelf->messages.front());
    shelf->messages.pop_front();
    raise(reached_.next, sdk::Position{message.position.partition, message.position.offset + 1});
    reached_.partition = message.position.partition;
    reached_.time_ms = message.time_ms;
    made_of_ = message.position.offset;
    token.clear();
    wire::append_token(token, reached_.time_ms, reached_.partition, reached_.next, past_.seal, room_);
    page.frames.push_back(past_.maker->moved(*message.frame, token));
    bytes += page.frames.back()->bytes();
  }
  page.more =
      std::ranges::any_of(shelves_, [](const Shelf& shelf) { return !shelf.messages.empty() || shelf.cursor < shelf.end; });
  page.reached = reached_;
  // Records of other rooms lie between its record and the place: nothing to know the log by.
  if (reached_.partition >= 0 && at(reached_.next, reached_.partition) != made_of_ + 1) page.reached.partition = -1;
  return page;
}

}  // namespace chatd::hub
