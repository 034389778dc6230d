// Answers: publishes that were accepted and wait for their injected latency; one thread ends each in order.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "chatd/sdk/clock.hpp"

namespace chatd::memory {

class Answers {
 public:
  // `true`: the time has come; `false`: the broker stops first.
  using Answer = std::function<void(bool)>;

  Answers() = default;
  ~Answers() { stop(); }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  // Throws std::system_error. [control] never blocks
  void start(std::chrono::milliseconds latency);
  // `answer`, which throws nothing, is called once: by the thread after the latency, by stop, or after stop at once.
  // Throws std::bad_alloc, and then it is not called. [any] never blocks
  void add(Answer answer);
  // Joins the thread and answers what is left. Legal without start, and twice. [control] may block
  void stop() noexcept;

 private:
  struct Pending {
    sdk::Deadline due;
    Answer answer;
  };

  void run() noexcept;

  std::chrono::milliseconds latency_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Pending> pending_;
  bool stopping_ = false;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::memory
