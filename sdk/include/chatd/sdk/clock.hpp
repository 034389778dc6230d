// Time, injected, so that tests can hold it still.
#pragma once

#include <chrono>

namespace chatd::sdk {

// Wall-clock time, UTC, to the nanosecond.
using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
// Time that only goes forward; deadlines are given in it.
using Deadline = std::chrono::steady_clock::time_point;

// What time it is, as hosts write it into records.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time now. [any] never blocks
  [[nodiscard]] virtual Time now() const noexcept = 0;
};

}  // namespace chatd::sdk
