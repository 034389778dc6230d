#include "host/config/tables.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "host/config/settings.hpp"

namespace chatd::config {
namespace {

// What to write instead of a key that stands before the first table.
std::string outside(std::string_view key) {
  for (const auto& table : host_tables()) {
    if (std::ranges::find(table.options, key, &sdk::OptionInfo::key) != table.options.end()) {
      return sdk::text("key ", quoted(key), " stands outside any table; write it under ", table.title());
    }
  }
  return sdk::text("key ", quoted(key), " stands outside any table; expected a table such as [host] before it");
}

void take_plugins(const sdk::Table& entries, Tables& tables) {
  auto& own = tables.host.at("plugins");
  for (const auto& entry : entries) {
    const auto* inner = std::get_if<sdk::Table>(&entry.value);
    const bool key =
        std::ranges::find(plugins_options().infos(), entry.key, &sdk::OptionInfo::key) != plugins_options().infos().end();
    if (inner == nullptr || key)
      own.entries.push_back(entry);
    else
      plugin_section(tables, entry.key, entry.place).entries = *inner;
  }
}

void take_classes(const sdk::Table& entries, Tables& tables, sdk::Problems& problems) {
  for (const auto& entry : entries) {
    if (const auto* inner = std::get_if<sdk::Table>(&entry.value))
      class_section(tables, entry.key, entry.place).entries = *inner;
    else
      problems.push_back({entry.place, of_no_class(entry.key)});
  }
}

}  // namespace

Tables tables_of(const sdk::Table& root, sdk::Problems& problems) {
  Tables tables;
  for (const auto& table : host_tables()) {
    if (table.many) continue;
    const std::string name(table.name);
    tables.host.emplace(name, sdk::Section{name, {"default"}, {}});
  }
  for (const auto& entry : root) {
    const auto known = tables.host.find(entry.key);
    const auto* inner = std::get_if<sdk::Table>(&entry.value);
    if (inner == nullptr) {
      const bool table = std::ranges::find(host_tables(), entry.key, &HostTable::name) != host_tables().end();
      problems.push_back({entry.place, table ? sdk::text(quoted(entry.key), " is a table; write [", entry.key,
                                                         entry.key == "classes" ? ".NAME" : "", "] and its keys below")
                                             : outside(entry.key)});
    } else if (entry.key == "classes") {
      take_classes(*inner, tables, problems);
    } else if (known == tables.host.end()) {
      problems.push_back({entry.place, unknown_table(entry.key)});
    } else {
      known->second.place = entry.place;
      if (entry.key == "plugins")
        take_plugins(*inner, tables);
      else
        known->second.entries = *inner;
    }
  }
  return tables;
}

void assign(sdk::Section& section, const std::string& key, const std::string& text, const sdk::Place& place) {
  std::erase_if(section.entries, [&](const sdk::Entry& entry) { return entry.key == key; });
  section.entries.push_back({key, sdk::RawText{text}, place});
}

const sdk::Entry* find(const sdk::Section& section, std::string_view key) {
  const auto found = std::ranges::find(section.entries, key, &sdk::Entry::key);
  return found == section.entries.end() ? nullptr : &*found;
}

sdk::Section& plugin_section(Tables& tables, const std::string& id, const sdk::Place& place) {
  return tables.plugins.try_emplace(id, sdk::Section{"plugins." + id, place, {}}).first->second;
}

sdk::Section& class_section(Tables& tables, const std::string& name, const sdk::Place& place) {
  return tables.classes.try_emplace(name, sdk::Section{"classes." + name, place, {}}).first->second;
}

std::string of_no_class(std::string_view key) {
  return sdk::text("key ", quoted(key), " in [classes] belongs to no class; a class has a name: write it under [classes.NAME]");
}

std::string unknown_table(std::string_view name) {
  std::vector<std::string_view> names;
  std::string all;
  for (const auto& table : host_tables()) {
    names.push_back(table.name);
    all += sdk::text(all.empty() ? "" : ", ", table.title());
  }
  const auto near = sdk::nearest(name, names);
  if (!near.empty()) return sdk::text("unknown table [", name, "]; did you mean [", near, "]?");
  return sdk::text("unknown table [", name, "]; the tables are ", all);
}

std::string quoted(std::string_view text) {
  std::string copy(text);
  return sdk::detail::toml(&copy);
}

}  // namespace chatd::config
