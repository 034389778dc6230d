#include "host/check/table.hpp"

#include <array>

#include "chatd/sdk/text.hpp"
#include "host/config/assignments.hpp"
#include "host/config/document.hpp"
#include "host/config/tables.hpp"

namespace chatd::check {

std::expected<sdk::Section, sdk::Problems> plugin_table(const Sources& sources, const std::string& id) {
  auto document = sources.file.empty() ? config::Document{} : config::read_document(sources.file);
  if (!document.problems.empty()) return std::unexpected(std::move(document.problems));
  sdk::Problems problems;
  auto tables = config::tables_of(document.root, problems);
  auto environment = config::from_environment(sources.environment, tables, problems);
  auto set = config::from_command_line(sources.set, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  config::name_plugins(environment.plugins, std::array{id});
  for (const auto* layer : {&environment.plugins, &set.plugins}) {
    for (const auto& one : *layer) {
      if (one.table == id) config::assign(config::plugin_section(tables, id, one.place), one.key, one.text, one.place);
    }
  }
  return config::plugin_section(tables, id, {sources.file.empty() ? "default" : sources.file, 0, 0});
}

std::expected<sdk::Table, sdk::Problems> entries(const std::vector<std::string>& texts, const std::string& option) {
  sdk::Table table;
  for (const auto& given : texts) {
    const sdk::Place place{sdk::text(option, ' ', given), 0, 0};
    const auto equals = given.find('=');
    if (equals == 0 || equals == given.npos)
      return std::unexpected(sdk::Problems{{place, "is no KEY=VALUE, such as queue_messages=8"}});
    table.push_back({given.substr(0, equals), sdk::RawText{given.substr(equals + 1)}, place});
  }
  return table;
}

}  // namespace chatd::check
