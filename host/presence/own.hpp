// Own: the connections of this host, and what is to be said of them to the other hosts: changes by number, and snapshots when
// somebody asks or when something that was said did not get into the log. It knows no clock: time is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/presence/ledger.hpp"
#include "host/wire/host_record.hpp"

namespace chatd::presence {

class Own {
 public:
  // How soon after the first a change is said, with those that came meanwhile.
  static constexpr auto gather = std::chrono::milliseconds(20);
  // How soon a snapshot follows the first who asks for it, so that others may share it, and how soon one follows another.
  static constexpr auto before_snapshot = std::chrono::milliseconds(100);
  static constexpr auto between_snapshots = std::chrono::seconds(1);
  static constexpr auto after_failure = std::chrono::seconds(1);
  static constexpr std::size_t most_rooms = 1'000;  // of one connection, that others are told

  // `run` is greater than that of any process before with this id. The ledger must outlive it.
  Own(Ledger& ledger, std::string server_id, std::uint64_t run) noexcept
      : ledger_(ledger), server_id_(std::move(server_id)), run_(run) {}

  // A client came, or went. [one thread] never blocks
  void join(wire::HostConnection connection, sdk::Deadline now);
  void leave(std::uint64_t connection, sdk::Deadline now);
  // Somebody asks who is here. [one thread] never blocks
  void asked(sdk::Deadline now);

  // What is to be said now, in this order and with nothing in between; nothing while the last was not answered.
  // [one thread] never blocks
  [[nodiscard]] std::vector<wire::HostRecord> say(sdk::Deadline now);
  // What became of all that `say` returned last: false, when any of it may not be in the log. [one thread] never blocks
  void answered(bool all, sdk::Deadline now) noexcept;

  // When there will be something to say, unless something else happens before. [one thread] never blocks
  [[nodiscard]] std::optional<sdk::Deadline> next() const noexcept;
  // The last change that is in the log, and of which nothing is missing there. [one thread] never blocks
  [[nodiscard]] std::uint64_t seq() const noexcept { return seq_in_log_; }
  // Everything is said. [one thread] never blocks
  [[nodiscard]] bool quiet() const noexcept { return !unanswered_ && !missing_ && joined_.empty() && left_.empty(); }

 private:
  void say_changes(std::vector<wire::HostRecord>& out);
  void say_snapshot(std::vector<wire::HostRecord>& out) const;
  [[nodiscard]] wire::HostRecord record(wire::HostRecord::Kind kind) const;

  Ledger& ledger_;
  const std::string server_id_;
  const std::uint64_t run_;
  std::uint64_t seq_ = 0;
  std::uint64_t seq_in_log_ = 0;
  bool unanswered_ = false;
  bool missing_ = true;                                   // what others know of us is not what is: at first, nothing
  std::map<std::uint64_t, wire::HostConnection> joined_;  // not said yet
  std::vector<std::uint64_t> left_;
  std::optional<sdk::Deadline> due_{sdk::Deadline{}};  // of changes, or of the snapshot when something is missing
  std::optional<sdk::Deadline> snapshot_due_;
  sdk::Deadline last_snapshot_{};
};

}  // namespace chatd::presence
