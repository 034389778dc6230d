// Doctor: looks at everything that a host of this configuration would need, and starts none.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "chatd/sdk/config.hpp"
#include "host/config/settings.hpp"
#include "host/doctor/report.hpp"
#include "host/plugin/set.hpp"

namespace chatd::doctor {

// What no plugin may take longer than to look at its surroundings.
inline constexpr auto plugin_patience = std::chrono::seconds(10);

struct Asked {
  const config::Settings& settings;
  plugin::Folders folders;  // of the plugins
  std::function<sdk::Result<plugin::Set>(const config::Settings&)> load;
  std::function<sdk::Problems(plugin::Set&, const config::Settings&)> configure;  // says what is wrong
};

// A finding for each problem. [one thread] never blocks
void add(Report& report, const sdk::Problems& problems);
// A text that ends in what to do, after its last semicolon. [one thread] never blocks
[[nodiscard]] sdk::Finding failure(std::string what, const std::string& text);

// The machine, [tls], ports, plugins, and what each of them finds. False when the configuration is wrong, which then stands in
// the report. [control] may block, for a plugin at most as long as above
[[nodiscard]] bool examine(const Asked& asked, Report& report);

}  // namespace chatd::doctor
