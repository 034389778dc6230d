#include "host/server_options.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatd {
namespace {

std::size_t size(std::int64_t checked) { return static_cast<std::size_t>(checked); }

std::vector<hub::RoomClass> room_classes(const std::vector<config::RoomClass>& classes) {
  std::vector<hub::RoomClass> out;
  for (const auto& one : classes) {
    const auto slow = one.slow == "skip" ? hub::Slow::skip : one.slow == "catch_up" ? hub::Slow::catch_up : hub::Slow::disconnect;
    out.push_back({one.rooms, slow, size(one.slow_bytes), std::chrono::milliseconds(one.slow_ms)});
  }
  return out;
}

// Twice of what one may do in a second may come at once.
limits::Rate rate(std::int64_t per_second) {
  return {static_cast<double>(per_second), 2 * static_cast<double>(std::max<std::int64_t>(per_second, 1))};
}

limits::Connections::Options connection_limits(const config::Limits& limits, const config::Host& host) {
  return {.total = size(limits.connections),
          .per_address = size(limits.connections_per_address),
          .rate = rate(limits.new_connections_per_second),
          .rate_per_address = rate(limits.new_connections_per_second_per_address),
          .trusted = limits::Networks::parse(limits.trusted_proxies).value_or(limits::Networks{}),  // it was checked
          .cut_floods = limits.cut_floods,
          .patience = 2 * std::chrono::milliseconds(host.keepalive_time_ms + host.keepalive_timeout_ms),
          .metadata_bytes = size(limits.metadata_bytes)};
}

limits::Rate rate(std::int64_t per_second, std::int64_t burst) {
  return {static_cast<double>(per_second), static_cast<double>(burst)};
}

rpc::TransportLimits transport_limits(const config::Limits& limits) {
  return {.streams_per_connection = limits.streams_per_connection,
          .metadata_bytes = limits.metadata_bytes,
          .handshake_timeout_ms = limits.handshake_timeout_ms,
          .idle_timeout_ms = limits.idle_timeout_ms,
          .ping_interval_ms = limits.ping_interval_ms,
          .ping_strikes = limits.ping_strikes};
}

}  // namespace

observe::Log::Options log_options(const config::Log& log) {
  observe::Log::Options options{.level = observe::level(log.level), .levels = {}, .format = {}};
  for (const auto& [component, level] : log.levels) options.levels.emplace(component, observe::level(level));
  if (log.format != "auto") options.format = log.format == "json" ? observe::Format::json : observe::Format::text;
  return options;
}

rpc::ServerOptions server_options(const config::Settings& settings, const config::Address& listen, const std::string& server_id) {
  rpc::ServerOptions options;
  options.host = listen.host;
  options.port = listen.port;
  options.server_id = server_id;
  options.keepalive_time_ms = settings.host.keepalive_time_ms;
  options.keepalive_timeout_ms = settings.host.keepalive_timeout_ms;
  options.send_buffer_bytes = settings.host.send_buffer_bytes;
  options.publishes_in_flight = size(settings.limits.publishes_in_flight);
  options.limits = {size(settings.limits.content_bytes),    size(settings.limits.id_bytes),
                    size(settings.limits.name_bytes),       size(settings.limits.message_id_bytes),
                    size(settings.limits.room_bytes),       size(settings.limits.rooms_per_stream),
                    size(settings.limits.history_messages), size(settings.limits.who_users)};
  options.hub = {.ring = {size(settings.hub.ring_messages), size(settings.hub.ring_bytes)},
                 .memory = size(settings.hub.memory_bytes),
                 .linger = std::chrono::milliseconds(settings.hub.room_linger_ms),
                 .classes = room_classes(settings.classes)};
  options.repeats = std::chrono::milliseconds(settings.broker.repeat_window_ms);
  options.resume_records = size(settings.hub.resume_records);
  options.history_records = size(settings.limits.history_records);
  options.token_key = settings.hub.token_key;
  options.publishers = {
      .in_flight_per_user = size(settings.limits.publishes_in_flight_per_user),
      .rate = rate(settings.limits.publishes_per_second, settings.limits.publish_burst),
      .rate_per_user = rate(settings.limits.publishes_per_second_per_user, settings.limits.publish_burst_per_user)};
  options.streams_per_user = size(settings.limits.streams_per_user);
  options.streams_per_address = size(settings.limits.streams_per_address);
  options.queries_per_user = rate(settings.limits.queries_per_second_per_user, settings.limits.query_burst_per_user);
  options.transport = transport_limits(settings.limits);
  options.connections = connection_limits(settings.limits, settings.host);
  options.topics = {settings.broker.messages_topic, settings.broker.connections_topic, settings.broker.rooms_topic};
  return options;
}

}  // namespace chatd
