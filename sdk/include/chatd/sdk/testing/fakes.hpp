// Fakes: what a host lends a plugin, and what it hands to a broker, made to be looked at by a test. Safe for threads where it
// does not say otherwise.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/log.hpp"

namespace chatd::sdk::testing {

// Wall-clock time that moves when it is told to.
class ManualClock final : public Clock {
 public:
  // It is 2027-01-15 08:00:00 UTC unless said otherwise.
  explicit ManualClock(Time now = Time{std::chrono::seconds{1'800'000'000}}) : now_(now.time_since_epoch().count()) {}

  [[nodiscard]] Time now() const noexcept override { return Time{std::chrono::nanoseconds{now_.load()}}; }
  // Moves it on. [any] never blocks
  void advance(std::chrono::nanoseconds by) noexcept { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_;
};

// Keeps every line.
class RecordingLogger final : public Logger {
 public:
  // One of them.
  struct Line {
    Level level;       // how severe
    std::string text;  // without a line end
  };

  [[nodiscard]] bool enabled(Level) const noexcept override { return true; }
  void write(Level level, std::string_view line) noexcept override;
  // Those so far. [any] never blocks for long
  [[nodiscard]] std::vector<Line> lines() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

// A record with bytes of its own.
struct OwnedRecord {
  std::string key;                                           // as Record has it
  std::string value;                                         // the same
  std::vector<std::pair<std::string, std::string>> headers;  // names and values
  Time timestamp;                                            // the publisher's
  Position position;                                         // where it lies

  friend bool operator==(const OwnedRecord&, const OwnedRecord&) = default;
};
// A copy of it. [any] never blocks
[[nodiscard]] OwnedRecord owned(const StoredRecord& record);

// Remembers what a publish was answered, and how often.
class RecordingCompletion final : public Completion {
 public:
  void done(Result<Position> result) noexcept override;

  // How often it was answered. [any] never blocks for long
  [[nodiscard]] int count() const;
  // The first answer; nothing when none has come until the deadline.
  [[nodiscard]] std::optional<Result<Position>> wait(Deadline deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable answered_;
  std::optional<Result<Position>> first_;
  int count_ = 0;
};

// What an authenticator decided.
using Found = Result<std::optional<Identity>>;

// Remembers what an authenticator decided, and how often.
class RecordingVerdict final : public sdk::Verdict {  // the suite has another
 public:
  void decided(Found found) noexcept override;

  // How often it was answered. [any] never blocks for long
  [[nodiscard]] int count() const;
  // The first answer; nothing when none has come until the deadline.
  [[nodiscard]] std::optional<Found> wait(Deadline deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable answered_;
  std::optional<Found> first_;
  int count_ = 0;
};

// Remembers what a subscription delivered. May be held up, to be the slow sink that a broker has to live with.
class RecordingSink final : public Sink {
 public:
  // Records that will not come: [from, to) of a partition.
  struct Gap {
    std::int32_t partition;  // which
    std::int64_t from;       // the first
    std::int64_t to;         // the one after the last

    friend bool operator==(const Gap&, const Gap&) = default;
  };

  void started(std::span<const Position> begin) noexcept override;
  void deliver(std::span<const StoredRecord> batch) noexcept override;
  void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept override;

  // From now on a call of deliver waits, before it looks at its batch, until release.
  void hold();
  void release();

  // False when it has not come to that until the deadline.
  [[nodiscard]] bool wait_started(Deadline deadline) const;
  [[nodiscard]] bool wait_records(std::size_t count, Deadline deadline) const;
  [[nodiscard]] bool wait_held(Deadline deadline) const;

  // What came so far: records, where they began, gaps, and how often that was said. [any] never blocks for long
  [[nodiscard]] std::vector<OwnedRecord> records() const;
  [[nodiscard]] std::vector<Position> begin() const;
  [[nodiscard]] std::vector<Gap> gaps() const;
  [[nodiscard]] int times_started() const;
  // Calls of all kinds that began.
  [[nodiscard]] int calls() const;
  // Whether a call is under way.
  [[nodiscard]] bool busy() const;
  // Whether records or a gap came before started, or two calls came at one time.
  [[nodiscard]] bool before_started() const;
  [[nodiscard]] bool overlapped() const;

 private:
  class Call;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<OwnedRecord> records_;
  std::vector<Position> begin_;
  std::vector<Gap> gaps_;
  int times_started_ = 0;
  int calls_ = 0;
  std::atomic<int> under_way_ = 0;  // counted before the lock is had
  std::atomic<bool> overlapped_ = false;
  bool before_started_ = false;
  bool hold_ = false;
  bool held_ = false;
};

// Keeps what `read` found. For one thread.
class RecordingReader final : public Reader {
 public:
  // Keeps them.
  void take(std::span<const StoredRecord> batch) noexcept override {
    for (const auto& record : batch) records.push_back(owned(record));
  }

  std::vector<OwnedRecord> records;  // so far, in order
};

}  // namespace chatd::sdk::testing
