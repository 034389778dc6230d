// Runs a whole suite against something that is wrong on purpose.
#pragma once

#include <algorithm>
#include <chrono>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "chatd/sdk/testing/suite.hpp"

namespace chatd::test {

// The cases of `caught_by` break, each with one of `words` and within `limit`, and no other does.
template <class Factory>
void expect_broken(std::span<const sdk::testing::Case<Factory>> cases, std::type_identity_t<Factory>& factory,
                   const std::vector<std::string_view>& caught_by, const std::vector<std::string_view>& words,
                   std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  using sdk::testing::Outcome;
  constexpr std::chrono::seconds enough(20);
  for (const auto& one : cases) {
    const bool expected = std::ranges::find(caught_by, one.name) != caught_by.end();
    const auto verdict = run_guarded(one, factory, expected ? limit : enough);
    INFO(one.name << ": " << verdict.text);
    CHECK((verdict.outcome == Outcome::broken) == expected);
    if (verdict.outcome != Outcome::broken) continue;
    CHECK(std::ranges::any_of(words, [&](std::string_view word) { return verdict.text.find(word) != std::string::npos; }));
  }
  for (const auto name : caught_by) {
    INFO(name);
    CHECK(std::ranges::find(cases, name, &sdk::testing::Case<Factory>::name) != cases.end());
  }
}

}  // namespace chatd::test
