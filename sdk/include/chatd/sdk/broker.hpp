// Broker: a partitioned, append-only log with positions. The contract that every broker plugin is held to by the
// conformance suite (chatd/sdk/testing/broker_suite.hpp). Tags: docs/threading.md.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/record.hpp"

namespace chatd::sdk {

// Told what became of one accepted publish.
class Completion {
 public:
  // Exactly once per accepted record: its position, or why it is not in the log. Code::unknown: it may be. An offset below
  // zero: it is in the log, but where the broker did not say (Kafka, of a record that was sent again and had arrived before).
  // May come before `publish` returns. The object may be gone when this returns.
  // [delivery, or the caller of publish] must not block
  virtual void done(Result<Position> result) noexcept = 0;

 protected:
  ~Completion() = default;
};

// Receives a subscription's records. One thread at a time calls it.
class Sink {
 public:
  // First call, once: where reading begins in each partition known now. A partition that is not named begins at its
  // first record. [delivery] must not block
  virtual void started(std::span<const Position> begin) noexcept = 0;
  // Records in the order of each partition. Every view is valid until this returns. A host that is behind returns late: that is
  // how back-pressure reaches the log, and it must cost nobody but this subscription. [delivery] may block
  virtual void deliver(std::span<const StoredRecord> batch) noexcept = 0;
  // Records of a partition are gone before they could be delivered: [from, to) will not come.
  // [delivery] must not block
  virtual void gap(std::int32_t partition, std::int64_t from, std::int64_t to) noexcept = 0;

 protected:
  ~Sink() = default;
};

// Destroying it ends the subscription: it waits for a call of the sink under way (which must not be the caller), and
// none comes after. That may be after the plugin's stop, and is always before the plugin is destroyed. [control] may block
class Subscription {
 public:
  virtual ~Subscription() = default;
};

// Takes what `read` finds; the views are valid until it returns. [caller of read]
class Reader {
 public:
  // Some of what was asked for, in its order. [caller of read]
  virtual void take(std::span<const StoredRecord> batch) noexcept = 0;

 protected:
  ~Reader() = default;
};

// Does the work of one member of a consumer group.
class Processor {
 public:
  // Records of one topic, in the order of each partition. When this returns they count as processed: their offsets are committed
  // soon after, and no other member gets them unless this one dies before that. Every view is valid until this returns.
  // [delivery] may block; one thread at a time calls it
  virtual void process(std::string_view topic, std::span<const StoredRecord> batch) noexcept = 0;
  // The partitions that this member has now, after each change. [delivery] must not block
  virtual void assigned(std::string_view topic, std::span<const std::int32_t> partitions) noexcept = 0;

 protected:
  ~Processor() = default;
};

// Destroying it leaves the group: it waits for a call of the processor under way, commits what was processed, and gives the
// partitions back. [control] may block
class Membership {
 public:
  virtual ~Membership() = default;
};

// Where a subscription begins in each partition that is there when it does.
struct From {
  // What kind of beginning.
  enum class Kind : std::uint8_t {
    latest,    // after the last record
    earliest,  // at the first record that the log has
    since,     // where `find` finds the time; after the last record when the broker cannot look up times
  };
  Kind kind = Kind::latest;  // which of them
  Time time{};               // of `since`

  static const From latest;    // without a time
  static const From earliest;  // the same
  // From this time on. [any] never blocks
  [[nodiscard]] static constexpr From since(Time time) noexcept { return {Kind::since, time}; }
  friend constexpr bool operator==(const From&, const From&) = default;
};
inline constexpr From From::latest{};
inline constexpr From From::earliest{Kind::earliest, {}};

// What a broker can do beyond the least; the conformance suite asks only for what is claimed.
struct Traits {
  bool durable = false;              // records outlive the process
  bool shared = false;               // several hosts see one log
  bool idempotent = false;           // the broker's own retries make no repeats
  bool groups = false;               // `join` works
  std::size_t max_record_bytes = 0;  // key + value + headers; 0: no limit of its own
};

// Whether a broker can take and give records now.
struct Health {
  bool ready = false;  // it can
  std::string text;    // why not; empty when ready
};

class Broker {
 public:
  // Accepts `record` for `topic`, which is made when missing. On success `done.done()` is called exactly once, and until
  // then the bytes of `record` and `done` itself must stay valid. On an error it is not called; a full queue is
  // Code::resource_exhausted, retryable; a record over the limit Code::invalid_argument; before start, after drain or stop
  // Code::unavailable. Records of one key that one thread publishes keep their order.
  // [any] never blocks
  [[nodiscard]] virtual Result<> publish(std::string_view topic, const Record& record, Completion& done) noexcept = 0;

  // This host sees every record of every partition of `topic`, also of partitions added later (from their start).
  // `sink` must outlive the subscription. The topic is made when missing.
  // [control] may block
  [[nodiscard]] virtual Result<std::unique_ptr<Subscription>> subscribe(std::string_view topic, From from,
                                                                        Sink& sink) noexcept = 0;

  // Hands [from, to) of one partition to `reader`, at most `limit` records, and returns the offset to go on from.
  // Code::out_of_range when `from` is no longer, or not yet, in the log (`from == end` is fine and reads nothing);
  // Code::not_found for an unknown topic or partition.
  // [any but delivery] may block until `deadline`, then Code::deadline_exceeded
  [[nodiscard]] virtual Result<std::int64_t> read(std::string_view topic, Position from, std::int64_t to, std::size_t limit,
                                                  Reader& reader, Deadline deadline) noexcept = 0;

  // What each partition holds, by partition number. Code::not_found for an unknown topic.
  // [any but delivery] may block until `deadline`, then Code::deadline_exceeded
  [[nodiscard]] virtual Result<std::vector<Extent>> extents(std::string_view topic, Deadline deadline) noexcept = 0;

  // In each partition, by partition number, the record with the lowest offset that has this timestamp or a later one (timestamps
  // need not grow); the end when there is none. Code::not_found for an unknown topic; Code::unimplemented when times cannot be
  // looked up. [any but delivery] may block until `deadline`, then Code::deadline_exceeded
  [[nodiscard]] virtual Result<std::vector<Position>> find(std::string_view topic, Time time, Deadline deadline) noexcept = 0;

  // Work once: the members of `group` share the partitions of `topics`, and each record is processed by one of them. A new group
  // begins at the first record; a member that comes back goes on where the group stopped. `processor` must outlive the
  // membership. Code::unimplemented when traits().groups is false. [control] may block
  [[nodiscard]] virtual Result<std::unique_ptr<Membership>> join(std::string_view group, std::span<const std::string> topics,
                                                                 Processor& processor) noexcept {
    (void)group, (void)topics, (void)processor;
    return fail(Code::unimplemented, "this broker has no consumer groups");
  }

  // [any] never blocks
  [[nodiscard]] virtual Traits traits() const noexcept = 0;
  [[nodiscard]] virtual Health health() const noexcept = 0;

 protected:
  ~Broker() = default;
};

}  // namespace chatd::sdk
