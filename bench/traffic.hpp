// Traffic: says messages at a pace, and waits until they are heard.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "bench/histogram.hpp"
#include "bench/ledger.hpp"
#include "bench/loop.hpp"
#include "bench/progress.hpp"
#include "bench/publisher.hpp"

namespace chatd::bench {

// How fast, and for how long.
struct Pace {
  std::uint64_t window = 1;    // closed loop: the next is said when fewer than these are outstanding
  double rate = 0;             // open loop, when above 0: messages a second, whatever is outstanding
  double seconds = 0;          // for so long, when above 0
  std::uint64_t messages = 0;  // or so many
};

// What was measured while some messages went by.
struct Phase {
  std::uint64_t messages = 0;
  std::uint64_t deliveries = 0;
  std::chrono::nanoseconds elapsed{};  // from the first that was due to the last that was heard
  Histogram latency;                   // of deliveries, from the time a message was due
  Histogram answer;                    // of publishes, from the same time
  std::chrono::nanoseconds server_cpu{}, client_cpu{};
  bool stalled = false;  // it was given up: a stream ended, or nothing was heard for too long
};

class Traffic {
 public:
  // Series i is said by a user of its own in `rooms[i]`. `server`: whose CPU time is measured. All given must outlive it.
  Traffic(Loop& loop, const Endpoint& to, std::size_t connection_number, Ledger& ledger, const std::vector<std::string>& rooms,
          std::size_t content_bytes, std::optional<pid_t> server, std::chrono::seconds patience);

  // Spreads the messages over the series in turn. Returns when each was heard by each stream that has to, and answered.
  [[nodiscard]] Phase run(const Pace& pace, Progress& progress);

  // From now on so many messages a second are said, as long as `keep_on` is called in time; not measured.
  void start(double rate);
  // Says what is due; when the next one is.
  Time keep_on();
  // Messages that not all have heard, and publishes that are not answered.
  [[nodiscard]] std::uint64_t unsettled() const noexcept { return ledger_.outstanding() + publisher_.outstanding(); }

 private:
  void say(Time intended);
  [[nodiscard]] std::uint64_t steps() const noexcept { return ledger_.heard() + answers_; }

  Loop& loop_;
  Ledger& ledger_;
  const std::optional<pid_t> server_;
  const std::chrono::seconds patience_;
  std::vector<PublishRequest> requests_;  // by series
  std::uint32_t next_series_ = 0;
  double rate_ = 0;  // of start
  Time begin_{};
  std::uint64_t said_ = 0;
  std::uint64_t answers_ = 0;
  Histogram answer_;
  Publisher publisher_;
};

}  // namespace chatd::bench
