#include "host/hub/known_log.hpp"

#include <utility>

namespace chatd::hub {
namespace {

constexpr auto patience = std::chrono::seconds(2);

// The place itself would be a guess: it may be a repeat's.
constexpr sdk::Position unread(sdk::Position place) { return {place.partition, -1}; }

}  // namespace

void KnownLog::arrive(const Arrival& arrival) {
  const auto& [partition, offset] = arrival.position;
  const sdk::Position next{partition, offset + 1};
  raise(reached, next);
  if (arrival.kind == Arrival::Kind::before || arrival.kind == Arrival::Kind::gap) raise(base, next);
  ++records;
  if (arrival.time_ms != 0) {
    last_ms = arrival.time_ms;
    last_partition = partition;
  }
  if (arrival.first >= 0) {
    repeats_.emplace(arrival.position, sdk::Position{arrival.first_in, arrival.first});
    repeats_by_age_.push_back(arrival.position);
    if (repeats_by_age_.size() > most_repeats) {
      repeats_.erase(repeats_by_age_.front());
      repeats_by_age_.pop_front();
    }
  }
  while (!waiting_.empty()) {
    const auto waits = waiting_.lower_bound({partition, 0});
    if (waits == waiting_.end() || waits->first.partition != partition || waits->first.offset > offset) break;
    const auto [place, waiting] = *waits;
    waiting_.erase(waits);
    const auto repeat = repeats_.find(place);
    waiting.waiter->reached(repeat == repeats_.end() ? place : repeat->second);
  }
}

void KnownLog::await(sdk::Position place, Waiter& waiter) {
  if (at(reached, place.partition) <= place.offset) {
    waiting_.emplace(place, Waiting{&waiter, Clock::now()});
    return;
  }
  const auto repeat = repeats_.find(place);
  waiter.reached(repeat == repeats_.end() ? place : repeat->second);
}

void KnownLog::tick(Clock::time_point now) {
  for (auto one = waiting_.begin(); one != waiting_.end();) {
    if (now - one->second.since < patience) {
      ++one;
      continue;
    }
    const auto [place, waiting] = *one;
    one = waiting_.erase(one);
    waiting.waiter->reached(unread(place));
  }
}

void KnownLog::release() {
  for (const auto& [place, waiting] : std::exchange(waiting_, {})) waiting.waiter->reached(unread(place));
}

void KnownLog::forget(const Offsets& next) { raise(own_floor(), next); }

void KnownLog::forget(sdk::Position next) { raise(own_floor(), next); }

Offsets& KnownLog::own_floor() {
  if (!floor_ || floor_.use_count() > 1) floor_ = floor_ ? std::make_shared<Offsets>(*floor_) : std::make_shared<Offsets>();
  return *floor_;
}

}  // namespace chatd::hub
