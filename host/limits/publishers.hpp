// Publishers: what each user publishes, in flight and by rate, and all of them by rate. It belongs to the queue's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>
#include <unordered_map>
#include <utility>

#include "host/limits/bucket.hpp"
#include "host/limits/refusals.hpp"
#include "host/limits/sweep.hpp"

namespace chatd::limits {

class Publishers {
 public:
  struct Options {
    std::size_t in_flight_per_user = 1'000;
    Rate rate{};
    Rate rate_per_user{};
  };
  struct Publisher {
    std::size_t in_flight = 0;
    Bucket bucket;
  };
  using Place = std::pair<const std::string, Publisher>*;
  struct Refusal {
    Reason reason;
    std::chrono::nanoseconds wait;  // until it may be tried again; zero: that is not known
  };

  explicit Publishers(const Options& options) : options_(options) {}

  // One publish more of this user, to be paid back with one `leave`. The time does not count when nothing is limited by rate.
  // [queue] never blocks
  [[nodiscard]] std::expected<Place, Refusal> enter(const std::string& user_id, Time now);
  // [queue] never blocks
  void leave(Place place) noexcept;
  // From now on; what is in flight stays. [queue] never blocks
  void change(const Options& options) noexcept { options_ = options; }
  // What time brings; about twice a second. [queue] never blocks
  void tick(Time now);

  // Whether anything is limited by rate. [queue] never blocks
  [[nodiscard]] bool rated() const noexcept { return options_.rate.per_second > 0 || options_.rate_per_user.per_second > 0; }
  // Users that are known: who has something in flight, or published lately. [queue] never blocks
  [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

 private:
  Options options_;
  std::unordered_map<std::string, Publisher> users_;
  Bucket bucket_;
  Sweep sweep_;
};

}  // namespace chatd::limits
