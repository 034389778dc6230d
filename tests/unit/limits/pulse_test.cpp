#include "host/limits/pulse.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include "catch.hpp"

using namespace chatd::limits;
using namespace std::chrono_literals;

namespace {

// A thread that works without pause, and comes round when it is told to.
class Worker {
 public:
  Worker(Pulse& pulse, bool comes_round)
      : thread_([&pulse, comes_round, this](const std::stop_token& stop) {
          pulse.begin();
          begun_.store(true);
          begun_.notify_one();
          while (!stop.stop_requested()) {
            if (comes_round) pulse.beat();
          }
        }) {
    begun_.wait(false);
  }

 private:
  std::atomic<bool> begun_ = false;
  std::jthread thread_;
};

// Whether the pulse says so at last: a machine with other work lets a thread rest.
bool says(Pulse& pulse, Strain wanted) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(20ms);
    if (pulse.strain() == wanted) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a thread that has not begun is under no strain") {
  Pulse pulse;
  CHECK(pulse.strain() == Strain::none);
}

TEST_CASE("a thread that works and comes round is busy") {
  Pulse pulse;
  const Worker worker(pulse, true);
  CHECK(says(pulse, Strain::busy));
}

TEST_CASE("a thread that works and does not come round is stuck") {
  Pulse pulse;
  const Worker worker(pulse, false);
  CHECK(says(pulse, Strain::stuck));
}

TEST_CASE("a thread that rests is under no strain") {
  Pulse pulse;
  std::atomic<bool> over = false;
  std::jthread resting([&] {
    pulse.begin();
    over.wait(false);
  });
  CHECK(says(pulse, Strain::none));
  over = true;
  over.notify_one();
}
