#include "host/reload.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/plugin.hpp"
#include "chatd/sdk/reload.hpp"
#include "chatd/sdk/text.hpp"
#include "host/config/tables.hpp"
#include "host/loading.hpp"

namespace chatd {
namespace {

using config::Line;
using config::Settings;

constexpr std::string_view of_plugins = "plugins.";

// The plugin whose table this is; null: it is the host's, or that of a plugin that does not run.
const plugin::Library* owner(const plugin::Set& plugins, std::string_view table) {
  if (!table.starts_with(of_plugins)) return nullptr;
  const auto found = std::ranges::find(plugins.libraries(), table.substr(of_plugins.size()), &plugin::Library::id);
  return found == plugins.libraries().end() ? nullptr : &*found;
}

// What `next` says of the live keys, and `running` of the others.
sdk::Section merged(const sdk::Section& running, const sdk::Section& next, std::span<const sdk::OptionInfo> options,
                    const std::vector<std::string>& waiting) {
  sdk::Section out{next.name, next.place, {}};
  for (const auto& option : options) {
    const bool live = option.is(sdk::Mark::live) && std::ranges::find(waiting, option.key) == waiting.end();
    if (const auto* entry = config::find(live ? next : running, option.key)) out.entries.push_back(*entry);
  }
  return out;
}

// Connections that are encrypted stay so, and those that are not; who asks for certificates goes on asking.
bool other_encryption(const config::Tls& running, const config::Tls& read) {
  return running.certificate.empty() != read.certificate.empty() || running.client_ca.empty() != read.client_ca.empty();
}

// The settings that hold when this was read while that runs.
Settings in_force(const Settings& running, Settings read) {
  config::host_options().keep(running.host, read.host);
  config::admin_options().keep(running.admin, read.admin);
  read.admin.listen_place = running.admin.listen_place;
  if (other_encryption(running.tls, read.tls))
    read.tls = running.tls;
  else
    config::tls_options().keep(running.tls, read.tls);
  config::limits_options().keep(running.limits, read.limits);
  config::hub_options().keep(running.hub, read.hub);
  config::broker_options().keep(running.broker, read.broker);
  config::presence_options().keep(running.presence, read.presence);
  config::plugins_options().keep(running.plugins, read.plugins);
  config::log_options().keep(running.log, read.log);
  return read;
}

}  // namespace

bool Reload::Plan::changes(std::string_view key) const { return std::ranges::find(changed, key, &Change::key) != changed.end(); }

Reload::Reload(config::Sources sources, const Settings& settings, const plugin::Set& plugins)
    : sources_(std::move(sources)), plugins_(plugins), lines_(config::lines_of(settings, plugin_keys(settings))) {}

std::vector<config::PluginKeys> Reload::plugin_keys(const Settings& settings) const {
  std::vector<config::PluginKeys> out;
  for (const auto& library : plugins_.libraries()) {
    if (settings.plugin_sections.contains(library.id())) out.push_back({library.id(), library.plugin().options()});
  }
  return out;
}

bool Reload::waits(const Line& line, const Settings& running, const Settings& read) const {
  if (!line.option->is(sdk::Mark::live)) return true;
  if (line.table == "tls") return other_encryption(running.tls, read.tls);
  const auto* const library = owner(plugins_, line.table);
  return library && !library->plugin().reload();
}

std::expected<Reload::Plan, sdk::Problems> Reload::prepare(const Settings& running) {
  auto read = config::load(sources_);
  if (!read) return std::unexpected(std::move(read.error()));
  // Plugins of their own, which check their tables and are gone again: so those are checked too that do not run, or take nothing
  // while they run.
  auto checked = load_plugins(*read);
  if (!checked) return std::unexpected(sdk::Problems{{{"plugins.load"}, checked.error().text}});
  if (auto problems = configure(*checked, *read); !problems.empty()) return std::unexpected(std::move(problems));

  const auto lines = config::lines_of(*read, plugin_keys(*read));
  std::vector<std::string> waiting;
  Settings next = in_force(running, *read);
  if (auto problems = ask_plugins(running, next, waiting); !problems.empty()) {
    abandon();
    return std::unexpected(std::move(problems));
  }

  Plan plan{std::move(next), {}, {}, {}};
  for (const auto& [before, after] : config::differences(lines_, lines)) {
    const Line& line = after ? *after : *before;
    // Its table goes or comes with the plugin, which plugins.load tells.
    if (line.table.starts_with(of_plugins) && (!before || !after)) continue;
    const bool late = waits(line, running, *read) || std::ranges::find(waiting, line.path()) != waiting.end();
    (late ? plan.waiting : plan.changed)
        .push_back({line.path(), before ? std::string(before->shown()) : "", after ? std::string(after->shown()) : ""});
  }
  for (const auto& line : lines_) {
    const bool stays = line.table.starts_with(of_plugins) &&
                       std::ranges::none_of(lines, [&](const Line& other) { return other.table == line.table; });
    if (stays) plan.lines.push_back(line);
  }
  for (const auto& line : lines) {
    const auto was = std::ranges::find(lines_, line.path(), &Line::path);
    const bool late = std::ranges::find(plan.waiting, line.path(), &Change::key) != plan.waiting.end();
    plan.lines.push_back(late && was != lines_.end() ? *was : line);
  }
  return plan;
}

sdk::Problems Reload::ask_plugins(const Settings& running, Settings& next, std::vector<std::string>& waiting) {
  auto sections = running.plugin_sections;
  sdk::Problems problems;
  for (const auto& library : plugins_.libraries()) {
    auto* const reload = library.plugin().reload();
    const auto read = next.plugin_sections.find(library.id());
    if (!reload || read == next.plugin_sections.end() || plugins_.absent(library.id())) continue;
    const auto options = library.plugin().options();
    const auto& was = sections.at(library.id());
    auto prepared = reload->prepare(merged(was, read->second, options, {}));
    prepared_.push_back(reload);
    problems.insert(problems.end(), prepared.problems.begin(), prepared.problems.end());
    for (const auto& key : prepared.waiting) waiting.push_back(sdk::text(of_plugins, library.id(), '.', key));
    sections.at(library.id()) = merged(was, read->second, options, prepared.waiting);
  }
  next.plugin_sections = std::move(sections);
  return problems;
}

void Reload::abandon() {
  for (auto* const plugin : std::exchange(prepared_, {})) plugin->abandon();
}

void Reload::commit(const Plan& plan) {
  for (auto* const plugin : std::exchange(prepared_, {})) plugin->commit();
  lines_ = plan.lines;
}

}  // namespace chatd
