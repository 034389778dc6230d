// Pulse: whether a thread comes round, as another one sees it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>

#include <pthread.h>

namespace chatd::limits {

// What a thread is like between two looks: it sleeps for the most part, or works and comes round, or works and hardly does.
enum class Strain : std::uint8_t { none, busy, stuck };

class Pulse {
 public:
  // The calling thread is the one. [its thread, first] never blocks
  void begin() noexcept {
    clockid_t clock{};
    if (pthread_getcpuclockid(pthread_self(), &clock) == 0) clock_.store(clock, std::memory_order_release);
  }
  // It came round. [its thread] never blocks
  void beat() noexcept { beats_.store(beats_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }

  // What it was like since the last call. REQUIRES: the thread has not ended. [another thread, one at a time] never blocks
  [[nodiscard]] Strain strain() noexcept {
    const clockid_t clock = clock_.load(std::memory_order_acquire);
    timespec cpu{};
    if (clock == none || clock_gettime(clock, &cpu) != 0) return Strain::none;
    const Seen now{beats_.load(std::memory_order_relaxed),
                   std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec), std::chrono::steady_clock::now()};
    const Seen last = seen_;
    seen_ = now;
    const auto worked = now.cpu - last.cpu, passed = now.at - last.at;
    if (now.beats - last.beats < few && worked * 20 > passed) return Strain::stuck;
    return worked * 2 > passed ? Strain::busy : Strain::none;
  }

 private:
  static constexpr clockid_t none = CLOCK_REALTIME;  // no thread's clock
  static constexpr std::uint64_t few = 500;          // a busy thread comes round thousands of times in a tenth of a second

  struct Seen {
    std::uint64_t beats = 0;
    std::chrono::nanoseconds cpu{0};
    std::chrono::steady_clock::time_point at{};
  };

  std::atomic<clockid_t> clock_ = none;
  std::atomic<std::uint64_t> beats_ = 0;
  Seen seen_;
};

}  // namespace chatd::limits
