// Loading: from settings to plugins that are loaded, and what is wrong with both together.
#pragma once

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/error.hpp"
#include "host/config/settings.hpp"
#include "host/plugin/set.hpp"

namespace chatd {

// Where plugins are looked for. [control] never blocks
[[nodiscard]] sdk::Result<plugin::Folders> plugin_folders(const config::Settings& settings);

// The plugins of these settings, loaded from there. [control] may block (disk)
[[nodiscard]] sdk::Result<plugin::Set> load_plugins(const config::Settings& settings);

// Gives each plugin its table. What is wrong with the tables, or else with the settings beside these plugins. [control] may block
// (disk)
[[nodiscard]] sdk::Problems configure(plugin::Set& plugins, const config::Settings& settings);

}  // namespace chatd
