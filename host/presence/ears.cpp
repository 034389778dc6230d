#include "host/presence/ears.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "host/wire/host_record.hpp"
#include "host/wire/json.hpp"

namespace chatd::presence {

void Ear::started(std::span<const sdk::Position>) noexcept {
  started_ = true;
  inbox_.wake();
}

// Hosts number what they say, and old servers' silence ends what they said: nothing more to be done.
void Ear::gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept {
  log_.warning("gap in ", topic_, "[", partition, "]: offsets ", from, " to ", to, " are gone; presence asks the hosts anew");
}

void Ear::skip(const sdk::StoredRecord& record, const sdk::Error& why) noexcept {
  ++skipped_;
  const auto now = std::chrono::steady_clock::now();
  if (now < quiet_until_) return;
  quiet_until_ = now + std::chrono::minutes(1);
  log_.warning("skipped a record that says nothing of presence: ", topic_, "[", record.position.partition, "] offset ",
               record.position.offset, ": ", why.text, " (", skipped_, " so far; said once a minute)");
}

void HostsEar::deliver(std::span<const sdk::StoredRecord> batch) noexcept {
  for (const auto& one : batch) {
    if (std::ranges::find(one.record.headers, wire::orders_header, &sdk::Header::name) != one.record.headers.end()) continue;
    auto record = wire::decode_host_record(one.record.value);
    if (record)
      inbox().put(*std::move(record));
    else
      skip(one, record.error());
  }
}

void ConnectionsEar::deliver(std::span<const sdk::StoredRecord> batch) noexcept {
  for (const auto& one : batch) {
    if (std::ranges::find(one.record.headers, wire::host_header, &sdk::Header::name) != one.record.headers.end()) continue;
    auto event = wire::decode_connection_event(one.record.value);
    if (event && !event->server_id.empty())
      inbox().put(*std::move(event));
    else
      skip(one, event ? sdk::Error{sdk::Code::invalid_argument, "\"server_id\" is empty"} : event.error());
  }
}

}  // namespace chatd::presence
