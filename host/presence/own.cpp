#include "host/presence/own.hpp"

#include <algorithm>
#include <utility>

namespace chatd::presence {
namespace {

using Kind = wire::HostRecord::Kind;

// Of one record, before escapes, which make of a byte six at most: what a broker takes (1 MiB) is not reached.
constexpr std::size_t record_bytes = 128 * 1024;
constexpr std::size_t number_bytes = 21;

}  // namespace

void Own::join(wire::HostConnection connection, sdk::Deadline now) {
  if (connection.rooms.size() > most_rooms) connection.rooms.resize(most_rooms);
  ledger_.join(server_id_, connection, sdk::Deadline::max(), now);
  const auto number = connection.number;
  joined_.insert_or_assign(number, std::move(connection));
  if (!due_) due_ = now + gather;
}

void Own::leave(std::uint64_t connection, sdk::Deadline now) {
  ledger_.leave(server_id_, connection, now);
  if (joined_.erase(connection) > 0) return;
  left_.push_back(connection);
  if (!due_) due_ = now + gather;
}

void Own::asked(sdk::Deadline now) {
  if (!snapshot_due_) snapshot_due_ = std::max(now + before_snapshot, last_snapshot_ + between_snapshots);
}

std::vector<wire::HostRecord> Own::say(sdk::Deadline now) {
  std::vector<wire::HostRecord> out;
  if (unanswered_) return out;
  const bool asked = snapshot_due_ && *snapshot_due_ <= now;
  if (missing_) {
    if (due_ && *due_ > now) return out;
    joined_.clear();
    left_.clear();
    ++seq_;
  } else if (asked || (due_ && *due_ <= now)) {
    say_changes(out);
  }
  if (missing_ || asked) {
    say_snapshot(out);
    snapshot_due_.reset();
    last_snapshot_ = now;
  }
  if (out.empty()) return out;
  due_.reset();
  missing_ = false;
  unanswered_ = true;
  return out;
}

void Own::answered(bool all, sdk::Deadline now) noexcept {
  unanswered_ = false;
  if (all) {
    seq_in_log_ = seq_;
    return;
  }
  missing_ = true;
  due_ = now + after_failure;
}

std::optional<sdk::Deadline> Own::next() const noexcept {
  if (unanswered_) return std::nullopt;
  if (!snapshot_due_ || (missing_ && due_)) return due_;
  return due_ ? std::min(*due_, *snapshot_due_) : *snapshot_due_;
}

wire::HostRecord Own::record(Kind kind) const {
  wire::HostRecord record;
  record.kind = kind;
  record.server_id = server_id_;
  record.run = run_;
  record.seq = seq_;
  return record;
}

void Own::say_changes(std::vector<wire::HostRecord>& out) {
  std::size_t bytes = record_bytes;
  const auto place = [&](std::size_t more) -> wire::HostRecord& {
    if (bytes + more > record_bytes) {
      ++seq_;
      out.push_back(record(Kind::change));
      bytes = 0;
    }
    bytes += more;
    return out.back();
  };
  for (const auto number : left_) place(number_bytes).left.push_back(number);
  for (auto& [number, connection] : joined_) place(wire::json_bytes(connection)).joined.push_back(std::move(connection));
  left_.clear();
  joined_.clear();
}

void Own::say_snapshot(std::vector<wire::HostRecord>& out) const {
  const auto first = out.size();
  out.push_back(record(Kind::snapshot));
  std::size_t bytes = 0;
  for (auto& connection : ledger_.connections(server_id_)) {
    const auto more = wire::json_bytes(connection);
    if (bytes > 0 && bytes + more > record_bytes) {
      out.push_back(record(Kind::snapshot));
      bytes = 0;
    }
    bytes += more;
    out.back().joined.push_back(std::move(connection));
  }
  for (auto i = first; i < out.size(); ++i) {
    out[i].part = static_cast<std::uint32_t>(i - first);
    out[i].parts = static_cast<std::uint32_t>(out.size() - first);
  }
}

}  // namespace chatd::presence
