#include "host/hub/heartbeat.hpp"

#include "host/wire/json.hpp"

namespace chatd::hub {

Heartbeat::Heartbeat(sdk::Broker& broker, sdk::Logger& log, const sdk::Clock& clock, std::string_view topic,
                     std::string_view server_id, std::chrono::milliseconds interval)
    : broker_(broker), log_(log), clock_(clock), topic_(topic), server_id_(server_id), interval_(interval) {}

void Heartbeat::beat(std::size_t streams, Standing standing) {
  const auto now = std::chrono::steady_clock::now();
  if (now < due_) return;
  due_ = now + interval_;
  publish(wire::HostEvent::Kind::heartbeat, streams, standing);
}

void Heartbeat::leave(std::size_t streams, Standing standing) { publish(wire::HostEvent::Kind::leaving, streams, standing); }

void Heartbeat::publish(wire::HostEvent::Kind kind, std::size_t streams, Standing standing) {
  if (waiting_.exchange(true)) return;
  const sdk::Time now = clock_.now();
  value_.clear();
  wire::append_json(
      value_, wire::HostEvent{kind, server_id_, streams, wire::timestamp(now), standing.run, standing.seq, interval_.count()});
  if (auto accepted = broker_.publish(topic_, {server_id_, value_, {}, now}, *this); !accepted) {
    failed(accepted.error());
    waiting_ = false;
  }
}

void Heartbeat::done(sdk::Result<sdk::Position> result) noexcept {
  if (result)
    said_failed_ = false;
  else
    failed(result.error());
  waiting_ = false;
}

void Heartbeat::failed(const sdk::Error& error) noexcept {
  if (said_failed_.exchange(true)) return;
  log_.warning("heartbeat not published to ", topic_, ": ", sdk::name(error.code), ": ", error.text, " (said once until one is)");
}

}  // namespace chatd::hub
