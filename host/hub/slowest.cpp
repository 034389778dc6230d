#include "host/hub/slowest.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace chatd::hub {
namespace {

Lag lag(const Membership& membership, std::int64_t now_ms) {
  const Ring& ring = membership.room->ring;
  const std::uint64_t head = std::min(ring.head(), membership.end);
  const std::uint64_t messages = membership.next < head ? head - membership.next : 0;
  const auto first = std::max(membership.next, ring.tail());
  if (first >= head) return {membership.room, messages, 0, 0};
  const auto bytes = ring.bytes_since(first) - (head < ring.head() ? ring.bytes_since(head) : 0);
  return {membership.room, messages, bytes,
          static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms - ring.at(first).time_ms, 0))};
}

bool further_behind(const SlowSession& left, const SlowSession& right) {
  return std::tuple(right.bytes, left.session->id) < std::tuple(left.bytes, right.session->id);
}

}  // namespace

std::vector<Lag> lags(const Session& session, sdk::Time now) {
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::vector<Lag> out;
  for (const auto& membership : session.memberships) {
    if (const Lag one = lag(membership, now_ms); one.messages > 0) out.push_back(one);
  }
  return out;
}

Slowest slowest(const Hub& hub, std::size_t most, sdk::Time now) {
  Slowest out;
  hub.for_each_session([&](const Session& session) {
    SlowSession slow{&session, lags(session, now), 0};
    for (const Lag& one : slow.lags) slow.bytes += one.bytes;
    if (slow.lags.empty()) return;
    ++out.behind;
    if (most == 0) return;
    // A heap whose first is the least behind of those that were kept.
    if (out.sessions.size() == most) {
      if (!further_behind(slow, out.sessions.front())) return;
      std::ranges::pop_heap(out.sessions, further_behind);
      out.sessions.pop_back();
    }
    out.sessions.push_back(std::move(slow));
    std::ranges::push_heap(out.sessions, further_behind);
  });
  std::ranges::sort_heap(out.sessions, further_behind);
  return out;
}

}  // namespace chatd::hub
