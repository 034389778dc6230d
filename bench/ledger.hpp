// Ledger: what was said, who has heard it, and what went wrong on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/loop.hpp"
#include "bench/message.hpp"

namespace chatd::bench {

class Ledger {
 public:
  struct Wrong {
    std::uint64_t lost = 0;         // said, answered, and never heard; one for each stream
    std::uint64_t repeated = 0;     // heard again
    std::uint64_t disordered = 0;   // heard after a later one
    std::uint64_t misdirected = 0;  // heard in a room that it was not said in, or never said
    std::uint64_t refused = 0;      // publishes that were not answered OK
    std::uint64_t ended = 0;        // streams that the server or the network ended
    std::uint64_t unrecovered = 0;  // streams that could not go on where they broke
    std::uint64_t left_out = 0;     // messages that the server says a stream does not get
  };

  // One series a room; `members[i]`: how many streams hear series i.
  explicit Ledger(std::vector<std::uint32_t> members);

  // Notes that the next message of the series is said now; the stamp to send.
  [[nodiscard]] Stamp say(std::uint32_t series, Time intended);
  // The server refused it: nobody has to hear it.
  void refuse(const Stamp& stamp, std::string_view why);

  // From now on what was said before is neither counted nor timed.
  void start_measuring(Time from);

  // A stream heard a message for the first time.
  void hear(const Stamp& stamp, Time received) noexcept {
    auto& left = series_[stamp.series].left[stamp.sequence];
    if (left > 0 && --left == 0) --outstanding_;
    ++heard_;
    if (stamp.intended < measured_from_) return;
    ++deliveries_;
    latency_.record(received - stamp.intended);
  }
  // A stream hears no more: how much of its series it never heard. `next`: what it would have heard next; `missing`: what it
  // had not heard of those before.
  void close(std::uint32_t series, std::uint32_t next, const std::vector<std::uint32_t>& missing);
  // A stream ended that should not have.
  void end(std::string_view why);

  // One stream less hears the series, from the next message on.
  void leave(std::uint32_t series) noexcept { --series_[series].members; }

  [[nodiscard]] std::uint32_t run() const noexcept { return run_; }
  [[nodiscard]] std::uint32_t said(std::uint32_t series) const noexcept {
    return static_cast<std::uint32_t>(series_[series].left.size());
  }
  [[nodiscard]] std::size_t series() const noexcept { return series_.size(); }
  // Messages that not all of their streams have heard.
  [[nodiscard]] std::uint64_t outstanding() const noexcept { return outstanding_; }
  [[nodiscard]] std::uint64_t heard() const noexcept { return heard_; }
  // Since start_measuring.
  [[nodiscard]] std::uint64_t deliveries() const noexcept { return deliveries_; }
  [[nodiscard]] const Histogram& latency() const noexcept { return latency_; }

  [[nodiscard]] Wrong& wrong() noexcept { return wrong_; }
  // Some of the reasons, for people.
  [[nodiscard]] const std::vector<std::string>& reasons() const noexcept { return reasons_; }

 private:
  struct Series {
    std::uint32_t members = 0;
    std::vector<std::uint32_t> left;     // streams that have not heard it, by sequence
    std::vector<std::uint32_t> refused;  // sequences
  };

  void note(std::string reason);

  const std::uint32_t run_;
  std::vector<Series> series_;
  std::uint64_t outstanding_ = 0;
  std::uint64_t heard_ = 0;
  Time measured_from_{};
  std::uint64_t deliveries_ = 0;
  Histogram latency_;
  Wrong wrong_;
  std::vector<std::string> reasons_;
};

}  // namespace chatd::bench
