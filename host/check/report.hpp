// How `chatd plugin-check` prints: a table for people, one object for programs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/testing/suite.hpp"
#include "host/check/probe.hpp"
#include "host/check/suites.hpp"

namespace chatd::check {

struct Ran {
  const One* one;
  sdk::testing::Verdict verdict;
};

struct Counts {
  std::size_t held = 0, broken = 0, not_applicable = 0;
};
// [any] never blocks
[[nodiscard]] Counts counts(const std::vector<Ran>& all);

// "memory 0.1.0 (/usr/lib/chatd/memory.so): broker". [any] never blocks
[[nodiscard]] std::string title(const Subject& subject, const Probed& probed);
// One row, in columns that fit `all`; the reason is last. [any] never blocks
[[nodiscard]] std::string row(const std::vector<One>& all, const Ran& ran);
// "60 held, 1 broken, 2 not applicable". [any] never blocks
[[nodiscard]] std::string summary(const std::vector<Ran>& all);
// One line. [any] never blocks
[[nodiscard]] std::string json(const Subject& subject, const Probed& probed, const std::vector<Ran>& all);

}  // namespace chatd::check
