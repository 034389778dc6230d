#include "host/limits/publishers.hpp"

namespace chatd::limits {

using namespace std::chrono_literals;

std::expected<Publishers::Place, Publishers::Refusal> Publishers::enter(const std::string& user_id, Time now) {
  // First, so that it costs nobody a place in the table.
  if (const auto wait = bucket_.wait(options_.rate, now); wait > 0ns) return std::unexpected(Refusal{Reason::publish_rate, wait});
  auto& place = *users_.try_emplace(user_id).first;
  auto& user = place.second;
  if (user.in_flight >= options_.in_flight_per_user) return std::unexpected(Refusal{Reason::publishes_in_flight_per_user, 0ns});
  if (const auto wait = user.bucket.wait(options_.rate_per_user, now); wait > 0ns)
    return std::unexpected(Refusal{Reason::publish_rate_per_user, wait});
  bucket_.take(options_.rate, now);
  user.bucket.take(options_.rate_per_user, now);
  ++user.in_flight;
  return &place;
}

void Publishers::leave(Place place) noexcept {
  if (--place->second.in_flight == 0 && options_.rate_per_user.per_second <= 0) users_.erase(users_.find(place->first));
}

void Publishers::tick(Time now) {
  sweep_.part(users_, 4, [now](const Publisher& user) { return user.in_flight == 0 && user.bucket.full(now); });
}

}  // namespace chatd::limits
