// Reference: docs/config.md, printed from the lists that also read the configuration.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "chatd/sdk/options.hpp"

namespace chatd::config {

struct PluginKeys {
  std::string_view id;
  std::span<const sdk::OptionInfo> options;
};

// "list of texts". [any] never blocks
[[nodiscard]] std::string_view type_name(sdk::OptionType type) noexcept;
// "1 to 128 bytes", "at least 0.25", choices between `quote`s; empty: anything of its type. [any] never blocks
[[nodiscard]] std::string bounds_of(const sdk::OptionInfo& option, std::string_view quote = "\"");

// The whole page in Markdown: rules, the host's tables, then each plugin in the order given. [any] never blocks
[[nodiscard]] std::string reference(std::span<const PluginKeys> plugins);

}  // namespace chatd::config
