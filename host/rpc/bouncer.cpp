#include "host/rpc/bouncer.hpp"

#include <algorithm>
#include <chrono>

namespace chatd::rpc {
namespace {

// What a stream that has to end is given for the write under way.
constexpr auto patience = std::chrono::seconds(5);

}  // namespace

std::size_t StreamBouncer::put_out(access::Ban::Of of, const std::string& id, const sdk::Error& why) noexcept {
  if (of == access::Ban::Of::user)
    return watch(hub_.expel_if([&](const hub::Session& session) { return session.user_id == id; }, why));
  return watch(hub_.expel_if([&](const hub::Session& session) { return session.outlet->shows(id); }, why));
}

std::size_t StreamBouncer::put_out(std::uint64_t connection, const sdk::Error& why) noexcept {
  return watch(hub_.expel_if([&](const hub::Session& session) { return session.id == connection; }, why));
}

std::size_t StreamBouncer::watch(const std::vector<std::uint64_t>& sessions) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (const auto session : sessions) ending_.emplace_back(until, session);
  return sessions.size();
}

void StreamBouncer::tick(sdk::Deadline now) {
  const auto end = std::ranges::find_if(ending_, [&](const auto& one) { return one.first > now; });
  for (auto one = ending_.begin(); one != end; ++one) hub_.cut(one->second);
  ending_.erase(ending_.begin(), end);
}

}  // namespace chatd::rpc
