// Our own plugins, loaded as a host loads them, for the suites.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "host/check/loaded.hpp"

namespace chatd::test {

inline sdk::Entry entry(std::string key, sdk::Value value) { return {std::move(key), std::move(value), {"test", 0, 0}}; }

// One of the build's plugin folder, by this table.
inline check::Subject built(std::string id, sdk::Table entries = {}) {
  const auto file = std::filesystem::path(CHATD_TEST_PLUGIN_DIR) / (id + ".so");
  sdk::Section section{"plugins." + id, {"test", 0, 0}, std::move(entries)};
  return {file, std::move(id), std::move(section), std::chrono::seconds(30)};
}

// Every case holds, but for these, which are not applicable.
template <class Factory, class Cases>
void expect_held(const Cases& cases, Factory& factory, const std::vector<std::string_view>& declined) {
  using sdk::testing::Outcome;
  for (const auto& one : cases) {
    const auto verdict = run_guarded(one, factory, std::chrono::seconds(120));
    INFO(one.name << ": " << verdict.text);
    const bool is_declined = std::ranges::find(declined, one.name) != declined.end();
    CHECK(verdict.outcome == (is_declined ? Outcome::not_applicable : Outcome::held));
  }
}

}  // namespace chatd::test
