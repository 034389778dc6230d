// Loading: from settings to plugins that are loaded, and what is wrong with both together.
#pragma once

#include <vector>

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/error.hpp"
#include "host/config/settings.hpp"
#include "host/plugin/set.hpp"

namespace chatd {

// Where plugins are looked for. [control] never blocks
[[nodiscard]] sdk::Result<plugin::Folders> plugin_folders(const config::Settings& settings);

// The plugins of these settings, loaded from there. [control] may block (disk)
[[nodiscard]] sdk::Result<plugin::Set> load_plugins(const config::Settings& settings);

// Each loaded plugin's table, for Set::configure. [any] never blocks
[[nodiscard]] std::vector<sdk::Section> plugin_sections(const config::Settings& settings);

// What is wrong with the settings beside these plugins, which are configured. [control] never blocks
[[nodiscard]] sdk::Problems problems_of(const config::Settings& settings, const plugin::Set& plugins);

}  // namespace chatd
