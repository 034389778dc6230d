#include "host/presence/peers.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chatd::presence {

using Kind = wire::HostRecord::Kind;

void Peers::hear(wire::HostRecord&& record, sdk::Deadline now) {
  if (record.run == 0) return;
  auto found = peers_.find(record.server_id);
  if (record.kind == Kind::leaving) {
    if (found == peers_.end() || record.run < found->second.run) return;
    ledger_.clear(record.server_id, now);
    peers_.erase(found);
    return;
  }
  if (found == peers_.end()) {
    if (peers_.size() >= most) return;
    found = peers_.emplace(record.server_id, Peer{}).first;
  }
  auto& peer = found->second;
  if (record.run < peer.run) return;  // it has started anew since
  if (record.run > peer.run) {
    ledger_.clear(record.server_id, now);
    peer = Peer{};
    peer.run = record.run;
    peer.interval = interval_;
  }
  peer.heard = now;
  if (record.interval_ms > 0) peer.interval = std::chrono::milliseconds(record.interval_ms);
  ledger_.refresh(record.server_id, until(peer));
  switch (record.kind) {
    case Kind::heartbeat:
      if (record.seq > peer.seq) peer.known = false;
      break;
    case Kind::change:
      change(peer, record, now);
      break;
    case Kind::snapshot:
      snapshot(peer, record, now);
      break;
    case Kind::ask:
    case Kind::others:
    case Kind::leaving:
    case Kind::bans:
    case Kind::kick:
      break;
  }
}

void Peers::change(Peer& peer, const wire::HostRecord& record, sdk::Deadline now) {
  if (peer.known && record.seq == peer.seq + 1) {
    for (const auto number : record.left) ledger_.leave(record.server_id, number, now);
    for (const auto& connection : record.joined) ledger_.join(record.server_id, connection, until(peer), now);
    peer.seq = record.seq;
  } else if (record.seq > peer.seq) {
    peer.known = false;
  }
}

void Peers::snapshot(Peer& peer, wire::HostRecord& record, sdk::Deadline now) {
  if (peer.known && record.seq <= peer.seq) return;
  if (record.part == 0) {
    peer.coming_seq = record.seq;
    peer.coming_parts = record.parts;
    peer.came = 0;
    peer.coming.clear();
  }
  if (record.seq != peer.coming_seq || record.parts != peer.coming_parts || record.part != peer.came) {
    peer.coming_parts = 0;  // a part is missing
    peer.coming.clear();
    return;
  }
  std::ranges::move(record.joined, std::back_inserter(peer.coming));
  if (++peer.came < peer.coming_parts) return;
  replace(peer, record.server_id, now);
  peer.seq = record.seq;
  peer.known = true;
}

// What is there already stays, so that nobody is seen to go and come.
void Peers::replace(Peer& peer, std::string_view server_id, sdk::Deadline now) {
  auto coming = std::exchange(peer.coming, {});
  peer.coming_parts = 0;
  std::ranges::sort(coming, {}, &wire::HostConnection::number);
  const auto there = ledger_.numbers(server_id);  // sorted
  for (const auto number : there) {
    if (!std::ranges::binary_search(coming, number, {}, &wire::HostConnection::number)) ledger_.leave(server_id, number, now);
  }
  for (const auto& connection : coming) {
    if (!std::ranges::binary_search(there, connection.number)) ledger_.join(server_id, connection, until(peer), now);
  }
}

void Peers::look(sdk::Deadline now, bool deaf) {
  for (auto next = peers_.begin(); next != peers_.end();) {
    const auto at = next++;
    auto& [server_id, peer] = *at;
    if (deaf) {
      // Its silence says nothing: it gets an interval from the end of ours.
      peer.heard = std::max(peer.heard, now - peer.interval);
      ledger_.refresh(server_id, until(peer));
    } else if (until(peer) <= now) {
      ledger_.clear(server_id, now);
      peers_.erase(at);
    }
  }
}

std::vector<std::string> Peers::to_ask(sdk::Deadline now) {
  std::vector<std::string> all;
  for (auto& [server_id, peer] : peers_) {
    if (peer.known || (peer.asked_once && now - peer.asked < between_asks)) continue;
    peer.asked = now;
    peer.asked_once = true;
    all.push_back(server_id);
  }
  return all;
}

std::vector<ServerInfo> Peers::servers() const {
  std::vector<ServerInfo> all;
  for (const auto& [server_id, peer] : peers_) all.push_back({.server_id = server_id, .heard = peer.heard});
  return all;
}

}  // namespace chatd::presence
