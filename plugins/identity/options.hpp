// The keys of [plugins.identity]. Each is listed once, in options.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chatd/sdk/options.hpp"

namespace chatd::identity {

struct Options {
  std::vector<std::string> modes{"open"};
  std::int64_t presence_connections = 1'000'000;
};

// Valid until exit. [any] never blocks
[[nodiscard]] const sdk::OptionList<Options>& option_list();

// What no key can tell by itself: unknown modes and what stands behind `open`. [any] never blocks
[[nodiscard]] sdk::Problems check(const Options& options, const sdk::Section& section);

}  // namespace chatd::identity
