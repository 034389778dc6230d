// Progress: one line that is written over, on stderr, when that is a terminal.
#pragma once

#include <string>

#include "bench/loop.hpp"

namespace chatd::bench {

class Progress {
 public:
  Progress();
  // Takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Whether it is time for another line: a few in a second, none when nobody looks.
  [[nodiscard]] bool due(Time now) const noexcept { return shown_ && now >= next_; }
  void show(const std::string& line);

 private:
  const bool shown_;
  bool written_ = false;
  Time next_{};
};

}  // namespace chatd::bench
