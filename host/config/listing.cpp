#include "host/config/listing.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"
#include "host/config/tables.hpp"

namespace chatd::config {
namespace {

void append(std::vector<Line>& out, const std::string& table, std::span<const sdk::OptionInfo> options,
            const sdk::Section* given) {
  for (const auto& option : options) {
    Line line{table, &option, option.fallback, {"default"}};
    if (const auto* entry = given ? find(*given, option.key) : nullptr) {
      // It was read before, so that it fits.
      line.value = sdk::toml_of(*entry, option).value_or(option.fallback);
      line.place = entry->place;
    }
    out.push_back(std::move(line));
  }
}

const Line* find(std::span<const Line> lines, const Line& like) {
  const auto same = [&](const Line& line) { return line.table == like.table && line.option->key == like.option->key; };
  const auto found = std::ranges::find_if(lines, same);
  return found == lines.end() ? nullptr : &*found;
}

}  // namespace

std::string Line::path() const { return sdk::text(table, '.', option->key); }

std::string_view Line::shown() const noexcept {
  return option->is(sdk::Mark::secret) && !is_default() ? std::string_view("(hidden)") : value;
}

std::vector<Line> lines_of(const Settings& settings, std::span<const PluginKeys> plugins) {
  std::vector<Line> out;
  for (const auto& table : host_tables()) {
    if (!table.many) {
      const auto given = settings.given.find(std::string(table.name));
      append(out, std::string(table.name), table.options, given == settings.given.end() ? nullptr : &given->second);
      continue;
    }
    if (table.name == "plugins") continue;  // with the plugin's own, below
    for (const auto& [name, section] : settings.given) {
      if (name.starts_with(sdk::text(table.name, '.'))) append(out, name, table.options, &section);
    }
  }
  const auto in = [](const auto& sections, const std::string& name) {
    const auto given = sections.find(name);
    return given == sections.end() ? nullptr : &given->second;
  };
  for (const auto& plugin : plugins) {
    const auto table = sdk::text("plugins.", plugin.id);
    append(out, table, of_plugin_options().infos(), in(settings.given, table));
    append(out, table, plugin.options, in(settings.plugin_sections, std::string(plugin.id)));
  }
  return out;
}

std::vector<Difference> differences(std::span<const Line> before, std::span<const Line> after) {
  std::vector<Difference> out;
  for (const auto& line : after) {
    const auto* const other = find(before, line);
    if (!other || other->value != line.value) out.push_back({other, &line});
  }
  for (const auto& line : before) {
    if (!find(after, line)) out.push_back({&line, nullptr});
  }
  return out;
}

}  // namespace chatd::config
