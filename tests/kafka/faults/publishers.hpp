// Publishers: each says one message after the other. What is not answered OK is said again with the same message_id, at any host,
// until it is, or until patience ends: then nobody knows.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "addresses.hpp"
#include "chat.grpc.pb.h"
#include "ledger.hpp"

namespace chatd::testing::faults {

class Publishers {
 public:
  struct Options {
    int per_second = 100;               // of all together, at most: each waits for its answers
    bool again = true;                  // false: what is not answered OK is not known
    std::chrono::seconds patience{60};  // with one message
    // With one attempt. Longer than a fail-over: what a host holds back until another broker leads is answered then.
    std::chrono::seconds attempt{20};
    std::uint64_t seed = 1;
  };

  // One publisher for each of `rooms`.
  Publishers(const Addresses& addresses, Ledger& ledger, const std::vector<std::string>& rooms, const Options& options);
  // As `stop`.
  ~Publishers() { stop(); }
  Publishers(const Publishers&) = delete;
  Publishers& operator=(const Publishers&) = delete;

  // Begins no more; returns when each last message is answered or given up. May block. [one thread]
  void stop();
  // How many attempts were repeats.
  [[nodiscard]] std::size_t repeats() const noexcept { return repeats_; }

 private:
  class Line;
  void run(std::stop_token stop, int publisher, const std::string& room, std::uint64_t seed);
  [[nodiscard]] bool say(Line& line, Word word, const std::string& room);

  const Addresses* addresses_;
  Ledger* ledger_;
  Options options_;
  Clock::duration period_;
  std::atomic<std::size_t> repeats_ = 0;
  std::mutex mutex_;
  std::condition_variable_any tick_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace chatd::testing::faults
