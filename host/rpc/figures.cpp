#include "host/rpc/figures.hpp"

#include <string>
#include <string_view>

#include "host/access/answers.hpp"
#include "host/rpc/endpoint.hpp"

namespace chatd::rpc {
namespace {

double number(const hub::Tally& tally) { return static_cast<double>(tally.value()); }

void by_code(sdk::MetricSink& sink, std::string_view name, std::string_view help, const ByCode& codes) {
  for (std::size_t at = 0; at < codes.size(); ++at) {
    // OK is told from the start; the others from their first.
    if (codes[at].value() == 0 && at != 0) continue;
    const auto code = at == 0 ? std::string_view("OK") : sdk::name(static_cast<sdk::Code>(at));
    sink.counter(name, help, number(codes[at]), {{"code", std::string(code)}});
  }
}

void collect_calls(const Endpoint& endpoint, sdk::MetricSink& sink) {
  const auto& traffic = endpoint.traffic;
  sink.gauge("chatd_streams", "Streams that are open", static_cast<double>(endpoint.streams.inside()));
  sink.counter("chatd_streams_opened_total", "Streams that were let in", number(traffic.streams_opened));
  by_code(sink, "chatd_streams_ended_total", "Streams that were let in and have ended, by status", traffic.streams_ended);
  by_code(sink, "chatd_publishes_total", "Publishes that were answered, by status", traffic.publishes);
  sink.gauge("chatd_publishes_in_flight", "Publishes that the broker has not answered yet",
             static_cast<double>(endpoint.publishes.inside()));
  const auto refused = endpoint.refusals.counts();
  for (std::size_t at = 0; at < refused.size(); ++at)
    sink.counter("chatd_refusals_total", "What was refused by a limit, or for what was wrong with it, by reason",
                 static_cast<double>(refused[at]), {{"reason", std::string(limits::name(static_cast<limits::Reason>(at)))}});
}

void collect_hub(const hub::Tallies& hub, sdk::MetricSink& sink) {
  sink.counter("chatd_messages_total", "Messages that came from the broker", number(hub.arrived));
  sink.counter("chatd_repeats_total", "Publishes of a message that was in the log already, and was not delivered again",
               number(hub.repeats));
  sink.counter("chatd_deliveries_total", "Messages given to streams, each stream's counted", number(hub.messages));
  sink.counter("chatd_delivered_bytes_total", "Bytes of those, without gRPC's own", number(hub.bytes));
  sink.counter("chatd_notices_total", "Frames given to streams that are no messages", number(hub.notices));
  sink.counter("chatd_log_gaps_total", "Records that the log lost before they were read, by occasion", number(hub.gaps));
  const std::string_view slow = "Streams that did not keep up with a room, by what was done";
  sink.counter("chatd_slow_total", slow, number(hub.slow_disconnected), {{"action", "disconnect"}});
  sink.counter("chatd_slow_total", slow, number(hub.slow_skipped), {{"action", "skip"}});
  sink.counter("chatd_slow_total", slow, number(hub.slow_caught_up), {{"action", "catch_up"}});
  sink.gauge("chatd_rooms", "Rooms in memory", number(hub.rooms));
  sink.gauge("chatd_ring_bytes", "Bytes of all rooms' newest messages", number(hub.ring_bytes));
  sink.gauge("chatd_streams_waiting", "Streams that wait for the broker's log before they begin or go on", number(hub.behind));
  sink.gauge("chatd_streams_behind", "Streams that are due messages, as of the scrape before", number(hub.lagging));
  sink.gauge("chatd_cursor_lag_messages", "Messages that the stream furthest behind is due, as of the scrape before",
             number(hub.lag_messages));
  sink.gauge("chatd_cursor_lag_seconds", "Age of the oldest message that a stream is due, as of the scrape before",
             number(hub.lag_ms) / 1'000);
}

void collect_access(const access::Answers& answers, sdk::MetricSink& sink) {
  double asked = 0;
  double failed = 0;
  for (std::size_t kind = 0; kind < access::Answers::kinds; ++kind) {
    for (std::size_t at = 0; at < access::Answers::outcomes; ++at) {
      const auto count = number(answers.authentications[kind][at]);
      const auto outcome = static_cast<access::Outcome>(at);
      asked += count;
      if (outcome == access::Outcome::failed) failed += count;
      sink.counter(
          "chatd_authentications_total",
          "Credentials that were looked into, by what was shown and what came of it; known ones are not looked into again", count,
          {{"shown", std::string(access::name(static_cast<access::Shown>(kind)))},
           {"outcome", std::string(access::name(outcome))}});
    }
  }
  const std::string_view calls = "Calls of a plugin that says who clients are and what they may do";
  const auto denied = number(answers.denials);
  sink.counter("chatd_plugin_calls_total", calls, asked, {{"plugin", "authenticator"}, {"call", "authenticate"}});
  sink.counter("chatd_plugin_calls_total", calls, number(answers.allowances) + denied,
               {{"plugin", "authenticator"}, {"call", "authorize"}});
  sink.counter("chatd_plugin_errors_total", "Calls of a plugin that it could not answer", failed,
               {{"plugin", "authenticator"}, {"call", "authenticate"}});
  sink.counter("chatd_denials_total", "Actions that a known client was not allowed", denied);
}

}  // namespace

void collect(const Endpoint& endpoint, const limits::Connections& connections, sdk::MetricSink& sink) {
  auto& hub = endpoint.queue.hub();
  endpoint.queue.inbox().put([&hub, &clock = endpoint.clock]() noexcept { hub.look_at_lag(clock.now()); });
  sink.gauge("chatd_connections", "Connections of clients, but for some that ended within two seconds",
             static_cast<double>(connections.open()));
  sink.counter("chatd_connections_opened_total", "Connections of clients that were let in",
               static_cast<double>(connections.opened()));
  const auto closed = [&](const char* reason, std::uint64_t count) {
    sink.counter(
        "chatd_connections_closed_total",
        "Connections of clients that ended: cut by the host for a flood, or otherwise (by the client, a limit of time, a stop)",
        static_cast<double>(count), {{"reason", reason}});
  };
  closed("cut", connections.cut());
  closed("ended", connections.ended());
  collect_calls(endpoint, sink);
  collect_hub(hub.tallies(), sink);
  if (endpoint.access) collect_access(endpoint.access->identities.answers(), sink);
}

}  // namespace chatd::rpc
