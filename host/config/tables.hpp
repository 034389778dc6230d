// Tables: one configuration while its layers (file, environment, --set) are laid over each other.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "chatd/sdk/config.hpp"

namespace chatd::config {

struct Tables {
  std::map<std::string, sdk::Section, std::less<>> host;     // each of host_tables() but the `many`, empty when no layer gives it
  std::map<std::string, sdk::Section, std::less<>> classes;  // by name; only those that a layer gives
  std::map<std::string, sdk::Section, std::less<>> plugins;  // by id, loaded or not; only those that a layer gives
};

// Sorts a document's tables; what is no table of ours is a problem. [any] never blocks
[[nodiscard]] Tables tables_of(const sdk::Table& root, sdk::Problems& problems);

// Lays one text over what `section` has for `key`. [any] never blocks
void assign(sdk::Section& section, const std::string& key, const std::string& text, const sdk::Place& place);

// Null: no layer gives it. Valid until the section changes. [any] never blocks
[[nodiscard]] const sdk::Entry* find(const sdk::Section& section, std::string_view key);

// The plugin's table, made when it is not there yet. Valid as long as `tables`. [any] never blocks
sdk::Section& plugin_section(Tables& tables, const std::string& id, const sdk::Place& place);

// The class's table, made when it is not there yet. Valid as long as `tables`. [any] never blocks
sdk::Section& class_section(Tables& tables, const std::string& name, const sdk::Place& place);

// What is said of a key that belongs to a class and names none. [any] never blocks
[[nodiscard]] std::string of_no_class(std::string_view key);

// "unknown table [hots]; did you mean [host]?" [any] never blocks
[[nodiscard]] std::string unknown_table(std::string_view name);

// In quotes and escaped, as messages show a text. [any] never blocks
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace chatd::config
