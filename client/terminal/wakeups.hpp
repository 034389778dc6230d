// All that the terminal's thread waits for: typing, news in the inbox, signals.
#pragma once

#include <chrono>
#include <optional>

namespace chatd::terminal {

enum class Wake { input, inbox, stop, resized, resumed, timeout };

class Wakeups {
 public:
  // Takes SIGINT, SIGTERM, SIGHUP, SIGWINCH and SIGCONT for itself, by blocking them in this thread: so it must be made
  // before any other thread. The descriptor is the inbox's.
  explicit Wakeups(int inbox);
  ~Wakeups();
  Wakeups(const Wakeups&) = delete;
  Wakeups& operator=(const Wakeups&) = delete;

  // What happened first; signals go before news, and news before typing, so that nothing starves. `input`: whether typing
  // counts. [control] may block, until the deadline
  [[nodiscard]] Wake wait(bool input, std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt);

 private:
  int inbox_;
  int signals_;
};

}  // namespace chatd::terminal
