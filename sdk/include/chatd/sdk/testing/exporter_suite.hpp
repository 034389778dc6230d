// The exporter conformance suite: cases that each hold a plugin to one promise of sdk::MetricsExporter.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// How the suite comes by exporters, and by what they show.
class ExporterFactory : public PluginFactory {
 public:
  // What it shows at `address`, which its plugin has given. By default the body that HTTP answers for /metrics there. An error:
  // nobody answers there. [control] may block
  [[nodiscard]] virtual Result<std::string> page(std::string_view address);
};

// One promise of an exporter.
using ExporterCase = Case<ExporterFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const ExporterCase> exporter_cases() noexcept;

}  // namespace chatd::sdk::testing
