// Line: one line of the log, and how it is written: for people, or as JSON for programs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/log.hpp"

namespace chatd::observe {

enum class Format : std::uint8_t { text, json };

struct Line {
  std::chrono::system_clock::time_point time;
  sdk::Level level = sdk::Level::info;
  std::string component;
  std::string text;
  std::size_t again = 0;  // so often it came since it was written
};

// "2026-11-22T14:23:03.123 info    host: serving", in local time, in colour or not; control characters are escaped, so that what
// clients choose neither begins a line nor speaks to a terminal. With its end. [any] never blocks
void append_text(std::string& out, const Line& line, bool colour);

// {"time":"2026-11-22T13:23:03.123Z","level":"info","component":"host","server":"a","message":"serving"}, of whatever bytes; what
// is no UTF-8 is U+FFFD. "again", a number, stands at the end of a line that came again. With its end. [any] never blocks
void append_json(std::string& out, const Line& line, std::string_view server);

}  // namespace chatd::observe
