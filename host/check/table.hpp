// The table of one plugin, whichever plugins a host of that configuration would load.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "chatd/sdk/config.hpp"

namespace chatd::check {

// What of a configuration is looked at.
struct Sources {
  std::string file;                      // empty: none
  std::vector<std::string> environment;  // "NAME=value"
  std::vector<std::string> set;          // "plugins.memory.partitions=4"
};

// [plugins.ID], laid over as for a host: file, environment, --set; empty when nobody gives it. Tables of others are not looked
// at. [control] may block
[[nodiscard]] std::expected<sdk::Section, sdk::Problems> plugin_table(const Sources& sources, const std::string& id);

// Entries of "KEY=VALUE", each read by the type of its option; `option` is what messages call them. [any] never blocks
[[nodiscard]] std::expected<sdk::Table, sdk::Problems> entries(const std::vector<std::string>& texts, const std::string& option);

}  // namespace chatd::check
