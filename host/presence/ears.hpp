// Ears: the subscriptions of presence. Each decodes the records of one topic on the broker's thread and puts what it understands
// into the inbox. What it does not understand is said once a minute at most.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "host/presence/inbox.hpp"

namespace chatd::presence {

class Ear : public sdk::Sink {
 public:
  // All must outlive it; `topic` too.
  Ear(std::string_view topic, Inbox& inbox, sdk::Logger& log) noexcept : topic_(topic), inbox_(inbox), log_(log) {}

  // Reading has begun: what is said from now on is heard. [any] never blocks
  [[nodiscard]] bool started() const noexcept { return started_; }

  void started(std::span<const sdk::Position> begin) noexcept override;
  void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept override;

 protected:
  ~Ear() = default;
  void skip(const sdk::StoredRecord& record, const sdk::Error& why) noexcept;
  [[nodiscard]] Inbox& inbox() noexcept { return inbox_; }

 private:
  const std::string_view topic_;
  Inbox& inbox_;
  sdk::Logger& log_;
  std::atomic<bool> started_ = false;
  std::uint64_t skipped_ = 0;
  sdk::Deadline quiet_until_{};
};

// The hosts' topic.
class HostsEar final : public Ear {
 public:
  using Ear::Ear;
  void deliver(std::span<const sdk::StoredRecord> batch) noexcept override;
};

// The connections' topic: only what old servers say there; hosts that tell more do so in the hosts' topic, and mark their events.
class ConnectionsEar final : public Ear {
 public:
  using Ear::Ear;
  void deliver(std::span<const sdk::StoredRecord> batch) noexcept override;
};

}  // namespace chatd::presence
