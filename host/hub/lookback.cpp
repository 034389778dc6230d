#include "host/hub/lookback.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "host/hub/repeats.hpp"
#include "host/hub/stored_message.hpp"

namespace chatd::hub {
namespace {

constexpr std::size_t most_step = 1'000;

}  // namespace

class Lookback::Taker final : public sdk::Reader {
 public:
  Taker(Lookback& lookback, std::vector<Seen>& out) : lookback_(lookback), out_(out) {}
  void take(std::span<const sdk::StoredRecord> batch) noexcept override {
    for (const auto& stored : batch) {
      ++lookback_.records_;
      const auto time = time_ms(stored);
      auto& earliest = lookback_.looked_to_ms_;
      if (earliest == 0 || time < earliest) earliest = time;
      auto& past = lookback_.past_;
      if (past.log == Log::rooms && stored.record.key != lookback_.room_) continue;
      const auto read = read_message(past.log, stored, past.decoder);
      if (!read) continue;
      const auto& message = read->message;
      out_.push_back({{past.maker->message(message, {}), stored.position, time},
                      std::string(message.sender),
                      std::string(read->chosen_id ? message.message_id : std::string_view())});
    }
  }

 private:
  Lookback& lookback_;
  std::vector<Seen>& out_;
};

Lookback::Lookback(Past& past, std::string room, std::size_t most_records)
    : past_(past), room_(std::move(room)), most_records_(most_records) {}

sdk::Result<> Lookback::open(const std::optional<Offsets>& place, sdk::Deadline deadline) {
  const auto extents = past_.broker.extents(past_.topic, deadline);
  if (!extents) return std::unexpected(extents.error());
  shelves_.clear();
  for (const auto& [partition, begin, end] : *extents) {
    Shelf shelf;
    shelf.begin = begin;
    // A partition that the place does not know was added after it.
    shelf.cursor = shelf.end = place ? std::clamp(at(*place, partition), begin, end) : end;
    shelves_.push_back(std::move(shelf));
  }
  return {};
}

// One stretch further back.
sdk::Result<> Lookback::fill(std::int32_t partition, Shelf& shelf, sdk::Deadline deadline) {
  const auto step = std::min(shelf.step, most_records_ - std::min(records_, most_records_ - 1));
  const auto from = std::max(shelf.begin, shelf.cursor - static_cast<std::int64_t>(step));
  std::vector<Seen> found;
  Taker taker(*this, found);
  for (auto next = from; next < shelf.cursor;) {
    const auto read = past_.broker.read(past_.topic, {partition, next}, shelf.cursor,
                                        static_cast<std::size_t>(shelf.cursor - next), taker, deadline);
    if (!read && read.error().code == sdk::Code::out_of_range) {
      // Old records went meanwhile: the log begins later now.
      shelf.begin = shelf.cursor;
      return {};
    }
    if (!read) return std::unexpected(read.error());
    if (*read <= next) break;
    next = *read;
  }
  shelf.cursor = from;
  shelf.step = std::min(most_step, shelf.step * 4);
  shelf.seen.insert(shelf.seen.begin(), std::move_iterator(found.begin()), std::move_iterator(found.end()));
  return {};
}

// Newest first. Ends early when the bound is met.
sdk::Result<std::vector<Lookback::Seen>> Lookback::collect(std::size_t limit, std::size_t bytes, sdk::Deadline deadline) {
  std::vector<Seen> newest_first;
  std::size_t taken = 0;
  full_ = false;
  while (newest_first.size() < limit) {
    for (std::size_t i = 0; i < shelves_.size(); ++i) {
      auto& shelf = shelves_[i];
      while (shelf.seen.empty() && shelf.cursor > shelf.begin && records_ < most_records_) {
        if (auto filled = fill(static_cast<std::int32_t>(i), shelf, deadline); !filled) return std::unexpected(filled.error());
      }
    }
    Shelf* newest = nullptr;
    bool unread = false;
    for (auto& shelf : shelves_) {
      unread = unread || (shelf.seen.empty() && shelf.cursor > shelf.begin);
      if (!shelf.seen.empty() && (!newest || shelf.seen.back().message.time_ms > newest->seen.back().message.time_ms))
        newest = &shelf;
    }
    // What was not read might be newer than what was.
    if (!newest || unread) break;
    taken += newest->seen.back().message.frame->bytes();
    // The newest comes, however large.
    if ((full_ = taken > bytes && !newest_first.empty())) break;
    newest_first.push_back(std::move(newest->seen.back()));
    newest->seen.pop_back();
  }
  return newest_first;
}

// A message whose sender chose its id may be a repeat of one that lies further back, a window of record time at most.
sdk::Result<> Lookback::drop_repeats(std::vector<Seen>& newest_first, sdk::Deadline deadline) {
  if (past_.repeats.count() == 0 || std::ranges::all_of(newest_first, [](const Seen& seen) { return seen.id.empty(); }))
    return {};
  const auto oldest_ms = std::ranges::min(newest_first | std::views::transform([](const Seen& s) { return s.message.time_ms; }));
  Repeats repeats(past_.repeats);
  const auto places = past_.broker.find(past_.topic, sdk::Time(std::chrono::milliseconds(oldest_ms) - past_.repeats), deadline);
  if (!places) return std::unexpected(places.error());
  const auto tell = [&](const Seen& seen) {
    return !seen.id.empty() && repeats.see(room_, seen.sender, seen.id, seen.message.position, seen.message.time_ms).has_value();
  };
  for (const auto& [partition, offset] : *places) {
    if (static_cast<std::size_t>(partition) >= shelves_.size()) continue;
    auto& shelf = shelves_[static_cast<std::size_t>(partition)];
    std::vector<Seen> before;
    Taker taker(*this, before);
    for (auto next = std::max(offset, shelf.begin); next < shelf.cursor && records_ < 2 * most_records_;) {
      const auto read = past_.broker.read(past_.topic, {partition, next}, shelf.cursor, most_step, taker, deadline);
      if (!read && read.error().code == sdk::Code::out_of_range) break;
      if (!read) return std::unexpected(read.error());
      if (*read <= next) break;
      next = *read;
    }
    for (const auto& seen : before) (void)tell(seen);
    for (const auto& seen : shelf.seen) (void)tell(seen);
  }
  std::vector<Seen> kept;
  for (auto& seen : std::views::reverse(newest_first)) {
    if (!tell(seen)) kept.push_back(std::move(seen));
  }
  std::ranges::reverse(kept);
  newest_first = std::move(kept);
  return {};
}

sdk::Result<Lookback::Found> Lookback::before(std::optional<Offsets> place, std::size_t limit, std::size_t bytes,
                                              sdk::Deadline deadline) {
  if (auto opened = open(place, deadline); !opened) return std::unexpected(opened.error());
  auto newest_first = collect(limit, bytes, deadline);
  if (!newest_first) return std::unexpected(newest_first.error());
  Found found;
  found.complete =
      full_ || newest_first->size() == limit || std::ranges::all_of(shelves_, [](const Shelf& s) { return s.cursor <= s.begin; });
  found.looked_to_ms = looked_to_ms_;
  // What was read and not taken lies before the oldest that was taken.
  for (const auto& shelf : shelves_) {
    found.earlier.next.push_back(shelf.seen.empty() ? shelf.cursor : shelf.seen.back().message.position.offset + 1);
  }
  found.begin = std::ranges::all_of(shelves_, [](const Shelf& s) { return s.cursor <= s.begin && s.seen.empty(); });
  if (auto dropped = drop_repeats(*newest_first, deadline); !dropped) return std::unexpected(dropped.error());

  for (const auto& shelf : shelves_) found.later.next.push_back(shelf.end);
  Offsets after = found.earlier.next;
  std::string token;
  for (auto& seen : std::views::reverse(*newest_first)) {
    const auto& [frame, position, time] = seen.message;
    raise(after, sdk::Position{position.partition, position.offset + 1});
    token.clear();
    wire::append_token(token, time, position.partition, after, past_.seal, room_);
    found.frames.push_back(past_.maker->moved(*frame, token));
  }
  return found;
}

}  // namespace chatd::hub
