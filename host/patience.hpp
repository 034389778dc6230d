// Patience: what a stopping host waits for its broker: until the deadline while it is well, and no longer than `unwell_wait`
// while it is not. Used by one thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"

namespace chatd {

class Patience {
 public:
  // As long as a stopping host hopes that its broker recovers.
  static constexpr auto unwell_wait = std::chrono::seconds(2);
  static constexpr auto look_interval = std::chrono::milliseconds(100);

  // The broker must outlive it.
  Patience(sdk::Broker& broker, sdk::Deadline deadline) : broker_(broker), deadline_(deadline) {}

  [[nodiscard]] sdk::Deadline end() {
    if (broker_.health().ready) {
      hopeless_ = std::chrono::steady_clock::now() + unwell_wait;
      return deadline_;
    }
    return std::min(deadline_, hopeless_);
  }

  // Until `came`, which waits until the time that it is given and says whether what is waited for has come.
  template <class Came>
  [[nodiscard]] bool wait(Came came) {
    for (;;) {
      const auto until = end();
      const auto now = std::chrono::steady_clock::now();
      if (came(std::min(until, now + look_interval))) return true;
      if (now >= until) return false;
    }
  }

 private:
  sdk::Broker& broker_;
  const sdk::Deadline deadline_;
  sdk::Deadline hopeless_ = std::chrono::steady_clock::now() + unwell_wait;
};

}  // namespace chatd
