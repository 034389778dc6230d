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

// The whole page in Markdown: rules, the host's tables, then each plugin in the order given. [any] never blocks
[[nodiscard]] std::string reference(std::span<const PluginKeys> plugins);

}  // namespace chatd::config
