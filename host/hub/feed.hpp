// Feed: what a topic of messages delivers, decoded once, encoded once, and put into the hub's inbox. It runs on the broker's
// delivery thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "host/hub/frame.hpp"
#include "host/hub/inbox.hpp"
#include "host/hub/repeats.hpp"
#include "host/wire/json.hpp"
#include "host/wire/seal.hpp"

namespace chatd::hub {

class Feed final : public sdk::Sink {
 public:
  struct Options {
    Log log = Log::lobby;
    std::string_view topic;                  // must outlive the feed
    std::chrono::milliseconds repeats{0};    // how far apart in record time a message and its repeat may be
    sdk::Time keep_from = sdk::Time::min();  // records before it only tell what is a repeat
    std::string_view token_key{};
  };

  // `inbox` and `log` must outlive the feed.
  Feed(const Options& options, Inbox& inbox, std::unique_ptr<FrameMaker> maker, sdk::Logger& log);

  void started(std::span<const sdk::Position> begin) noexcept override;
  void deliver(std::span<const sdk::StoredRecord> batch) noexcept override;
  void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept override;

  // Until reading has begun; false at the deadline. [control] may block
  [[nodiscard]] bool wait_started(sdk::Deadline deadline);
  // Until everything before the extents' ends was put into the inbox or is gone from the log; false at the deadline.
  // [control] may block
  [[nodiscard]] bool wait_for(std::span<const sdk::Extent> extents, sdk::Deadline deadline);
  // The offset that comes next in this partition. [any] never blocks
  [[nodiscard]] std::int64_t next_offset(std::int32_t partition) const;
  // Records passed over because their value is no message, or too large. [any] never blocks
  [[nodiscard]] std::uint64_t bad_records() const;

 private:
  void take(const sdk::StoredRecord& stored);
  [[nodiscard]] bool keep(const sdk::StoredRecord& stored);
  // Records of one fault, which are told once a minute at most.
  struct Skipped {
    std::string_view what;
    std::uint64_t count = 0;
    sdk::Deadline quiet_until{};
  };
  void skip(Skipped& kind, const sdk::StoredRecord& stored, std::string_view why);
  void no_place(std::int32_t partition, std::int64_t offset);
  void reached() noexcept;
  void pass(Arrival arrival);
  std::int64_t& cursor(std::int32_t partition);

  const Log kind_;
  const std::string_view topic_;
  const sdk::Time keep_from_;
  Inbox& inbox_;
  const std::unique_ptr<FrameMaker> maker_;
  sdk::Logger& log_;

  // The delivery thread's own.
  wire::MessageDecoder decoder_;
  std::vector<Arrival> arrivals_;
  Offsets next_;
  std::vector<bool> keeping_;  // by partition: a record of `keep_from` or later was there
  wire::Seal seal_;
  Repeats repeats_;
  std::string token_;
  Skipped no_message_{"that is no message"};
  Skipped too_large_{"that is too large"};

  // What others may ask.
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  Offsets reached_;
  std::uint64_t bad_records_ = 0;
  bool started_ = false;
};

}  // namespace chatd::hub
