// Spool: the lines on their way to the log's file. Who says something never waits for the disk or for a terminal: a thread,
// `chatd-log`, writes. What comes faster than that is dropped and counted, and the log says so.
//
// A line that comes again within seconds is not written again, but once more with how often it came.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/observe/line.hpp"

namespace chatd::observe {

class Spool {
 public:
  struct Options {
    int fd = 2;
    std::size_t most_lines = 8'192;  // that wait
    std::chrono::milliseconds repeats{5'000};
  };

  explicit Spool(const Options& options);
  // Writes what is left. [control] may block
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // [any] never blocks
  void put(Line line) noexcept;
  // Until what was put before is written, repeats too, a second at most. [any but queue] may block
  void drain() noexcept;
  // How lines are written from now on; none: as text on a terminal, else as JSON. [any] never blocks
  void format(std::optional<Format> format);
  // What JSON calls this host. [any] never blocks
  void server(std::string id);
  // Lines that there was no room for. [any] never blocks
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  void loop() noexcept;
  void take(Line line);
  void end_repeats();
  void write(const Line& line);
  void flush() noexcept;

  const Options options_;
  const bool terminal_;

  mutable std::mutex mutex_;  // of what follows; held only to move
  std::condition_variable woken_, written_;
  std::vector<Line> lines_;
  std::uint64_t dropped_ = 0;
  std::uint64_t put_ = 0;   // and drains
  std::uint64_t done_ = 0;  // of those
  bool draining_ = false;   // somebody waits for all
  std::atomic<bool> over_ = false;
  Format format_;
  std::string server_;

  // The thread's.
  std::vector<Line> taken_;
  Format form_;
  std::string id_;
  std::string out_;
  std::uint64_t told_ = 0;  // of those dropped
  int stuck_ = 0;           // waits for the file since it is over
  Line last_;               // that was written, and how often it came since
  bool any_ = false;        // there is a last one
  Clock::time_point last_at_{};
  Clock::time_point written_at_{};
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::observe
