// Assignments: keys that are given outside the file, by environment variables or by --set.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/config.hpp"
#include "host/config/tables.hpp"

namespace chatd::config {

struct Assignment {
  std::string table;  // "host"; a class's name among `classes`, a plugin's id among `plugins`
  std::string key;
  std::string text;
  sdk::Place place;
  bool only_if_loaded = false;  // of a plugin's: dropped, not a problem, when the plugin is not loaded
};

// Each list in rising precedence.
struct Assignments {
  std::vector<Assignment> host;     // of known tables only
  std::vector<Assignment> classes;  // of any class, in the file or not
  std::vector<Assignment> plugins;  // of any plugin, loaded or not
};

// Reads CHATD_TABLE__KEY, SERVER_PORT and KAFKA_BROKERS among "NAME=value"; other names are left alone. `file` gives the
// listen address whose port SERVER_PORT replaces, and the classes whose names an environment's name can mean. A plugin's id and
// key are told apart by name_plugins. [any] never blocks
[[nodiscard]] Assignments from_environment(const std::vector<std::string>& variables, const Tables& file,
                                           sdk::Problems& problems);

// Environment names have no '-' and no lower case: finds the loaded plugin that each assignment means. [any] never blocks
void name_plugins(std::vector<Assignment>& assignments, std::span<const std::string> loaded);

// The variable of a key: "CHATD_PLUGINS__KAFKA__LINGER_MS" for "linger_ms" of "plugins.kafka". [any] never blocks
[[nodiscard]] std::string variable_of(std::string_view table, std::string_view key);

// Reads "host.listen=127.0.0.1:0" and "plugins.memory.partitions=4". [any] never blocks
[[nodiscard]] Assignments from_command_line(const std::vector<std::string>& set, sdk::Problems& problems);

}  // namespace chatd::config
