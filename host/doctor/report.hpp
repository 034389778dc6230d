// Report: what `chatd doctor` has found, and how it is told: a table for people, one object for programs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/diagnostics.hpp"

namespace chatd::doctor {

// A finding, and where it belongs: "config", "machine", "plugins.kafka".
struct Line {
  std::string area;
  sdk::Finding finding;
};

class Report {
 public:
  // [one thread] never blocks
  void add(std::string_view area, sdk::Finding finding);
  // How many have this grade. [one thread] never blocks
  [[nodiscard]] std::size_t count(sdk::Grade grade) const;
  [[nodiscard]] const std::vector<Line>& lines() const noexcept { return lines_; }

  // Grades, what and its value in columns, each remedy below its line, a sum at the end; with colours for a terminal.
  // [one thread] never blocks
  [[nodiscard]] std::string table(bool colours) const;
  // {"ok":7,"warn":1,"fail":0,"findings":[{"area":"…","what":"…","value":"…","verdict":"ok","remedy":""},…]} on one line.
  // [one thread] never blocks
  [[nodiscard]] std::string json() const;

 private:
  std::vector<Line> lines_;
};

}  // namespace chatd::doctor
