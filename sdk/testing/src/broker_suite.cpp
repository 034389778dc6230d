#include "chatd/sdk/testing/broker_suite.hpp"

#include <array>
#include <vector>

#include "bench.hpp"

namespace chatd::sdk::testing {

std::span<const BrokerCase> broker_cases() noexcept {
  static const auto all = [] {
    std::vector<BrokerCase> cases;
    const std::array parts{lifecycle_cases(), publish_cases(), deliver_cases(), read_cases(), time_cases()};
    for (const auto& part : parts) cases.insert(cases.end(), part.begin(), part.end());
    return cases;
  }();
  return all;
}

}  // namespace chatd::sdk::testing
