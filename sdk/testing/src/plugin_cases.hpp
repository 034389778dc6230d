// The cases of the suite for every plugin, by what they are about.
#pragma once

#include <span>

#include "chatd/sdk/testing/plugin_suite.hpp"

namespace chatd::sdk::testing {

[[nodiscard]] std::span<const PluginCase> option_cases() noexcept;
[[nodiscard]] std::span<const PluginCase> life_cases() noexcept;

}  // namespace chatd::sdk::testing
