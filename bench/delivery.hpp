// Delivery: what the scenarios share that say messages to streams and see them arrive.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/audience.hpp"
#include "bench/ledger.hpp"
#include "bench/loop.hpp"
#include "bench/progress.hpp"
#include "bench/result.hpp"
#include "bench/target.hpp"
#include "bench/traffic.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::bench {

struct DeliveryOptions {
  TargetOptions target;
  std::size_t streams = 1000;
  std::size_t streams_per_connection = 1;
  std::size_t content_bytes = 128;
  std::uint32_t receive_window = 1U << 20;
  std::uint64_t warm_up = 20;  // messages
  unsigned patience_seconds = 10;
  bool resume = false;  // streams ask for notices, and go on where they broke

  // Adds the target's options, --streams-per-connection, --payload, --receive-window, --warm-up and --patience.
  void declare(CLI::App& command);
  // Adds --streams.
  void declare_streams(CLI::App& command);
};

// Adds --messages and --seconds, of which one is given; the pace has the default.
void declare_length(CLI::App& command, Pace& pace);
// Adds --window and --rate, of which one is given; the pace has the default.
void declare_pace(CLI::App& command, Pace& pace);

class Delivery {
  struct Key {};  // only `open` makes one

 public:
  // Starts or finds the server; connects nothing yet. Stream i hears room i % rooms.size(). `options` must outlive it. May block.
  [[nodiscard]] static sdk::Result<std::unique_ptr<Delivery>> open(const DeliveryOptions& options,
                                                                   std::vector<std::string> rooms);
  Delivery(Key, const DeliveryOptions& options, std::unique_ptr<Target> target, std::unique_ptr<Loop> loop,
           std::vector<std::string> rooms);

  // Opens all streams, with so many connections at a time. May block.
  [[nodiscard]] sdk::Result<> subscribe(std::size_t connecting_at_once = 256, const Audience::Meanwhile& meanwhile = {}) {
    return audience_.subscribe(progress_, connecting_at_once, meanwhile);
  }
  // Says what warms both sides up, `options.warm_up` messages; not measured, but checked.
  void warm_up(const Pace& pace);
  [[nodiscard]] Phase run(const Pace& pace) { return traffic_.run(pace, progress_); }
  // Lets what is ready be done until then. Each stream is checked while it lasts.
  void idle_until(Time end);

  // The figures of a phase, with this in front of their names.
  void report(Result& result, const Phase& phase, std::string_view prefix = {}) const;
  // Closes all streams, stops a server that was started, and says what was wrong.
  void finish(Result& result);

  // Of the server; 0 when its process is not known.
  [[nodiscard]] std::size_t server_bytes() const;
  [[nodiscard]] std::chrono::nanoseconds server_cpu() const;
  [[nodiscard]] const Target& target() const noexcept { return *target_; }
  [[nodiscard]] Audience& audience() noexcept { return audience_; }
  [[nodiscard]] Ledger& ledger() noexcept { return ledger_; }
  [[nodiscard]] Loop& loop() noexcept { return *loop_; }
  [[nodiscard]] Traffic& traffic() noexcept { return traffic_; }
  [[nodiscard]] Progress& progress() noexcept { return progress_; }

 private:
  const DeliveryOptions& options_;
  std::unique_ptr<Target> target_;
  std::unique_ptr<Loop> loop_;
  const std::vector<std::string> rooms_;
  Progress progress_;
  Ledger ledger_;
  Audience audience_;
  Traffic traffic_;
  bool stalled_ = false;
};

// A whole scenario: subscribes, warms up, says messages at this pace, reports. May block.
[[nodiscard]] sdk::Result<Result> measure_delivery(std::string_view scenario, const DeliveryOptions& options,
                                                   std::vector<std::string> rooms, const Pace& pace);

// Raises the limit on open files; invalid_argument when so many connections are still above it.
[[nodiscard]] sdk::Result<> check_descriptors(std::size_t connections);

// Of the server: "NAME_rss_mb"; nothing when its process is not known.
void report_memory(Result& result, std::string_view name, std::size_t bytes);

}  // namespace chatd::bench
