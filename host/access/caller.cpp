#include "host/access/caller.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"

namespace chatd::access {

void Access::tick() noexcept {
  if (identities.revised()) leases.revise();
  leases.look(clock.now());
}

std::optional<std::chrono::milliseconds> time_left(std::optional<sdk::Time> end, sdk::Time now) noexcept {
  if (!end) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(*end, now) - now);
}

sdk::Result<> Caller::is(std::string_view field, std::string_view user_id) const {
  if (!who_ || who_->user_id.empty()) {
    if (!bans_ || bans_->size() == 0) return {};
    return bans_->check(user_id, {}, clock_->now());
  }
  if (who_->user_id == user_id) return {};
  return sdk::fail(sdk::Code::permission_denied,
                   sdk::text(field, " is \"", user_id, "\", and you are \"", who_->user_id, "\"; speak for yourself only"));
}

sdk::Result<> Caller::may(sdk::Action action, std::string_view room) const {
  if (!who_) return {};
  auto allowed = authenticator_->authorize(*who_, action, room);
  answers_->authorized(allowed.has_value());
  return allowed;
}

}  // namespace chatd::access
