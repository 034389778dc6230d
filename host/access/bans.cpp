#include "host/access/bans.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "chatd/sdk/text.hpp"
#include "host/wire/timestamp.hpp"

namespace chatd::access {
namespace {

std::int64_t ms(sdk::Time time) { return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count(); }

// Grows with what counts more; of two that were said at the same moment all hosts choose the same.
auto weight(const Ban& ban) {
  return std::tuple(ban.since_ms, ban.until_ms == 0 ? std::numeric_limits<std::int64_t>::max() : ban.until_ms,
                    std::string_view(ban.reason));
}

bool has_ended(const Ban& ban, std::int64_t now_ms) { return ban.until_ms != 0 && ban.until_ms <= now_ms; }

}  // namespace

bool in_force(const Ban& ban, sdk::Time now) noexcept {
  return ban.until_ms == 0 || (ban.until_ms > ban.since_ms && ban.until_ms > ms(now));
}

sdk::Error refusal(const Ban& ban) {
  std::string what = ban.of == Ban::Of::user ? "you are banned" : "your token is banned";
  if (ban.until_ms != 0) {
    what += " until ";
    wire::append_rfc3339(what, {(ban.until_ms + 999) / 1000, 0});
  }
  if (!ban.reason.empty()) what += sdk::text(": ", ban.reason);
  return {sdk::Code::permission_denied, std::move(what), false};
}

Bans::Put Bans::put(const Ban& ban, sdk::Time now) {
  auto& all = entries(ban.of);
  const auto found = all.find(ban.id);
  if (found != all.end()) {
    if (weight(ban) <= weight(found->second.ban)) return Put::known;
    found->second = Entry{ban};
    return Put::newer;
  }
  if (size() >= most_ && !make_room(now)) return Put::full;
  all.emplace(ban.id, Entry{ban});
  return Put::newer;
}

// One that has ended goes, if there is one.
bool Bans::make_room(sdk::Time now) noexcept {
  for (auto* all : {&users_, &tokens_}) {
    for (auto one = all->begin(); one != all->end(); ++one) {
      if (access::in_force(one->second.ban, now)) continue;
      all->erase(one);
      return true;
    }
  }
  return false;
}

const Ban* Bans::find(Ban::Of of, std::string_view id) const noexcept {
  const auto& all = entries(of);
  const auto found = all.find(id);
  return found == all.end() ? nullptr : &found->second.ban;
}

sdk::Result<> Bans::check(std::string_view user_id, std::string_view token_id, sdk::Time now) const {
  for (const auto* ban : {find(Ban::Of::user, user_id), find(Ban::Of::token, token_id)}) {
    if (ban && access::in_force(*ban, now)) return std::unexpected(refusal(*ban));
  }
  return {};
}

std::vector<const Ban*> Bans::in_force(sdk::Time now) const {
  std::vector<const Ban*> out;
  for (const auto* all : {&users_, &tokens_}) {
    for (const auto& [id, entry] : *all) {
      if (access::in_force(entry.ban, now)) out.push_back(&entry.ban);
    }
  }
  return out;
}

std::vector<Ban> Bans::unsaid(sdk::Deadline before, sdk::Deadline now, std::size_t most) {
  std::vector<Ban> out;
  for (auto* all : {&users_, &tokens_}) {
    for (auto& [id, entry] : *all) {
      if (entry.said > before) continue;
      if (out.size() == most) return out;
      entry.said = now;
      out.push_back(entry.ban);
    }
  }
  return out;
}

void Bans::said(const Ban& ban, sdk::Deadline time) noexcept {
  auto& all = entries(ban.of);
  const auto found = all.find(ban.id);
  if (found != all.end() && found->second.ban == ban)
    found->second.said = time == sdk::Deadline::min() ? time : std::max(found->second.said, time);
}

void Bans::tidy(sdk::Time now) noexcept {
  const auto long_ago = ms(now - kept_ended);
  for (auto* all : {&users_, &tokens_}) std::erase_if(*all, [&](const auto& one) { return has_ended(one.second.ban, long_ago); });
}

}  // namespace chatd::access
