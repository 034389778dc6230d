#include "bench/progress.hpp"

#include <iostream>

#include <unistd.h>

namespace chatd::bench {
namespace {

constexpr auto interval = std::chrono::milliseconds(250);
constexpr auto erase_line = "\r\033[K";

}  // namespace

Progress::Progress() : shown_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (written_) std::cerr << erase_line << std::flush;
}

void Progress::show(const std::string& line) {
  if (!shown_) return;
  std::cerr << erase_line << line << std::flush;
  written_ = true;
  next_ = Clock::now() + interval;
}

}  // namespace chatd::bench
