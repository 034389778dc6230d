#include "host/hub/repeats.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace chatd::hub {
namespace {

std::string random_secret() {
  std::random_device random;
  std::string secret;
  for (int i = 0; i < 8; ++i) secret += std::to_string(random());
  return secret;
}

}  // namespace

Repeats::Repeats(std::chrono::milliseconds window) : Repeats(window, random_secret()) {}

Repeats::Repeats(std::chrono::milliseconds window, const std::string& secret)
    : window_ms_(window.count()),
      high_(secret, "high"),
      low_(secret, "low"),
      newest_ms_(std::numeric_limits<std::int64_t>::min()) {}

std::optional<sdk::Position> Repeats::see(std::string_view room, std::string_view sender, std::string_view id, sdk::Position at,
                                          std::int64_t time_ms) {
  if (window_ms_ == 0) return std::nullopt;
  scratch_.assign(std::to_string(sender.size())).append(1, ' ').append(sender).append(id);
  const Key key{high_(room, scratch_), low_(room, scratch_)};
  newest_ms_ = std::max(newest_ms_, time_ms);
  forget(newest_ms_ - window_ms_);
  const auto [found, added] = seen_.try_emplace(key, Entry{at, time_ms});
  auto& entry = found->second;
  const bool repeat = !added && time_ms - entry.last_ms <= window_ms_;
  if (!added && !repeat) entry.first = at;
  if (added || time_ms > entry.last_ms) {
    entry.last_ms = time_ms;
    by_age_.emplace_back(time_ms, key);
  }
  return repeat ? std::optional(entry.first) : std::nullopt;
}

// What a later sighting has renewed stands in the queue once more.
void Repeats::forget(std::int64_t before_ms) {
  while (!by_age_.empty() && (by_age_.front().first < before_ms || seen_.size() > most)) {
    const auto& [time_ms, key] = by_age_.front();
    if (const auto found = seen_.find(key); found != seen_.end() && found->second.last_ms == time_ms) seen_.erase(found);
    by_age_.pop_front();
  }
}

}  // namespace chatd::hub
