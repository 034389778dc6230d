// KnownLog: what the hub knows of one topic: how far it came, from where on it has everything, and who waits for a place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string_view>

#include "host/hub/inbox.hpp"
#include "host/hub/log.hpp"
#include "host/wire/seal.hpp"

namespace chatd::hub {

// Waits until the host has read a record.
class Waiter {
 public:
  // `first` is the record's place, or where its message lay first when it is a repeat; an offset below zero: the record was not
  // read, so that nobody can tell. Called once. [queue] never blocks
  virtual void reached(sdk::Position first) noexcept = 0;

 protected:
  ~Waiter() = default;
};

class KnownLog {
 public:
  using Clock = std::chrono::steady_clock;

  KnownLog(std::string_view token_key, std::string_view topic) : seal(token_key, topic) {}

  // [queue] never blocks
  void arrive(const Arrival& arrival);
  // Tells the waiter when the record at this place was read; that may be now. After two seconds it is told that it was not.
  // [queue] never blocks
  void await(sdk::Position place, Waiter& waiter);
  void tick(Clock::time_point now);
  // Tells all that wait: it is not read any more. [queue] never blocks
  void release();

  // A room that is forgotten: what it said before `next` may be missing from rings that are made from now on. [queue] never
  // blocks
  void forget(const Offsets& next);
  void forget(sdk::Position next);
  [[nodiscard]] const std::shared_ptr<Offsets>& floor() const noexcept { return floor_; }

  Offsets base;     // what lies before was not kept by any ring
  Offsets reached;  // read until here
  std::uint64_t records = 0;
  std::int64_t last_ms = 0;  // of the record that was read last
  std::int32_t last_partition = -1;
  bool warm = false;  // `reached` came to where the log ended when the host began
  wire::Seal seal;

 private:
  struct Waiting {
    Waiter* waiter;
    Clock::time_point since;
  };

  Offsets& own_floor();

  // Newest repeats that are kept for waiters whose answer comes late.
  static constexpr std::size_t most_repeats = 10'000;

  std::shared_ptr<Offsets> floor_;  // shared with rooms, and never changed while one has it
  std::map<sdk::Position, Waiting> waiting_;
  std::map<sdk::Position, sdk::Position> repeats_;  // and the first ones
  std::deque<sdk::Position> repeats_by_age_;
};

}  // namespace chatd::hub
