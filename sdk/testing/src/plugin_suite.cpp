#include "chatd/sdk/testing/plugin_suite.hpp"

#include <array>
#include <vector>

#include "plugin_cases.hpp"

namespace chatd::sdk::testing {

std::span<const PluginCase> plugin_cases() noexcept {
  static const auto all = [] {
    std::vector<PluginCase> cases;
    const std::array parts{option_cases(), life_cases()};
    for (const auto& part : parts) cases.insert(cases.end(), part.begin(), part.end());
    return cases;
  }();
  return all;
}

}  // namespace chatd::sdk::testing
