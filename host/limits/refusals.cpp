#include "host/limits/refusals.hpp"

namespace chatd::limits {
namespace {

using namespace std::chrono_literals;

struct Words {
  std::string_view name;
  std::string_view said;  // empty: it is no matter of a limit, and not told
};

constexpr std::array<Words, reason_count> words{{
    {"connections", "new connections: as many as limits.connections are open"},
    {"connections_per_address",
     "new connections of an address: as many as limits.connections_per_address are open; a proxy's address belongs in "
     "limits.trusted_proxies"},
    {"new_connections", "new connections: more than limits.new_connections_per_second come"},
    {"new_connections_per_address",
     "new connections of an address: more than limits.new_connections_per_second_per_address come; a proxy's address belongs in "
     "limits.trusted_proxies"},
    {"streams_per_user", "streams of a user: as many as limits.streams_per_user are open"},
    {"streams_per_address",
     "streams of an address: as many as limits.streams_per_address are open; a proxy's address belongs in "
     "limits.trusted_proxies"},
    {"publishes_in_flight", "publishes: as many as limits.publishes_in_flight wait for the broker"},
    {"publishes_in_flight_per_user", "publishes of a user: as many as limits.publishes_in_flight_per_user wait for the broker"},
    {"publish_rate", "publishes: more than limits.publishes_per_second come"},
    {"publish_rate_per_user", "publishes of a user: more than limits.publishes_per_second_per_user come"},
    {"query_rate_per_user", "queries of a user: more than limits.queries_per_second_per_user come"},
    {"history_busy",
     "queries of History: too many wait to be read from the broker's log; limits.history_records makes each shorter"},
    {"flood", "connections that flood the host with frames without a purpose; limits.cut_floods says whether they are cut"},
    {"endless_request",
     "connections that send and send without anything to be answered; limits.cut_floods says whether they are cut"},
    {"bad_request", ""},
    {"unauthenticated", ""},
    {"permission_denied", ""},
}};

constexpr auto quiet = 1min;

const Words& of(Reason reason) noexcept { return words.at(static_cast<std::size_t>(reason)); }

}  // namespace

std::string_view name(Reason reason) noexcept { return of(reason).name; }

void Refusals::count(Reason reason) noexcept {
  auto& one = all_.at(static_cast<std::size_t>(reason));
  const auto counted = one.count.fetch_add(1, std::memory_order_relaxed) + 1;
  if (of(reason).said.empty()) return;
  const auto now = Clock::now();
  auto until = one.quiet_until.load(std::memory_order_relaxed);
  if (now.time_since_epoch().count() < until ||
      !one.quiet_until.compare_exchange_strong(until, (now + quiet).time_since_epoch().count(), std::memory_order_relaxed))
    return;
  const bool cut = reason == Reason::flood || reason == Reason::endless_request;
  log_.warning(cut ? "cutting " : "refusing ", of(reason).said, " (", counted, cut ? " cut" : " refused",
               " so since the start; said once a minute at most)");
}

Refusals::Counts Refusals::counts() const noexcept {
  Counts out{};
  for (std::size_t i = 0; i < out.size(); ++i) out.at(i) = all_.at(i).count.load(std::memory_order_relaxed);
  return out;
}

}  // namespace chatd::limits
