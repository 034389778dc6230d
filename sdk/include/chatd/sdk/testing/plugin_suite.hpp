// The suite for every plugin, whatever it is: its options, its configuration and its life.
#pragma once

#include <span>

#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// One promise of any plugin.
using PluginCase = Case<PluginFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const PluginCase> plugin_cases() noexcept;

}  // namespace chatd::sdk::testing
