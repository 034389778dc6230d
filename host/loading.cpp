#include "host/loading.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/presence.hpp"
#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"

namespace chatd {

using sdk::text;

sdk::Result<plugin::Folders> plugin_folders(const config::Settings& settings) {
  plugin::Folders folders(settings.plugins.path.begin(), settings.plugins.path.end());
  auto own = plugin::default_folder();
  if (!own) return std::unexpected(std::move(own.error()));
  folders.push_back(*std::move(own));
  return folders;
}

sdk::Result<plugin::Set> load_plugins(const config::Settings& settings) {
  std::vector<std::string> optional;
  for (const auto& [id, of_plugin] : settings.of_plugins) {
    if (!of_plugin.required) optional.push_back(id);
  }
  const auto folders = plugin_folders(settings);
  if (!folders) return std::unexpected(folders.error());
  return plugin::Set::load(*folders, settings.plugins.load, optional);
}

namespace {

// A plugin knows its own keys only, and so what it says of a key that was meant for the host is of no help.
void name_keys_of_host(sdk::Problems& problems, const plugin::Library& library, const sdk::Section& section) {
  std::vector<std::string_view> of_plugin;
  for (const auto& option : library.plugin().options()) of_plugin.push_back(option.key);
  std::vector<std::string_view> of_host;
  for (const auto& option : config::of_plugin_options().infos()) of_host.push_back(option.key);
  for (const auto& entry : section.entries) {
    const auto near = sdk::nearest(entry.key, of_host);
    if (near.empty() || !sdk::nearest(entry.key, of_plugin).empty()) continue;
    const auto said = std::ranges::find(problems, entry.place.str(), [](const auto& problem) { return problem.place.str(); });
    if (said != problems.end())
      said->text = text("unknown key \"", entry.key, "\" in [", section.name, "]; did you mean \"", near, "\"?");
  }
}

// Without these a host would let everybody in, or tell nobody who is here.
sdk::Problems problems_of_optional(const config::Settings& settings, const plugin::Set& plugins) {
  sdk::Problems problems;
  const auto report = [&](const std::string& id, const std::string& why) {
    problems.push_back({settings.of_plugins.at(id).place, text("\"required\" in [plugins.", id, "] is false, ", why)});
  };
  for (const auto& library : plugins.libraries()) {
    auto& plugin = library.plugin();
    if (settings.of_plugins.at(library.id()).required || (!plugin.authenticator() && !plugin.presence())) continue;
    report(library.id(), text("and that plugin ", plugin.authenticator() ? "says who clients are" : "keeps who is here",
                              "; no host serves without it: leave the key out"));
  }
  // What one is cannot be known when it was not loaded; but there are no two that say who clients are.
  const auto authenticator = plugins.authenticator();
  if (!authenticator || *authenticator) return problems;
  for (const auto& absent : plugins.absent())
    report(absent.id, text("but no other plugin says who clients are, so that this may be the one that would: ", absent.why,
                           "; mend it, leave it out of plugins.load, or load identity"));
  return problems;
}

sdk::Problems problems_beside(const config::Settings& settings, const plugin::Set& plugins) {
  auto problems = problems_of_optional(settings, plugins);
  const auto& listen = settings.admin.listen;
  const auto address = config::parse_address(listen);
  if (!address || config::loopback(*address)) return problems;
  const auto authenticator = plugins.authenticator();
  if (authenticator && *authenticator && !(*authenticator)->open()) return problems;
  problems.push_back(
      {settings.admin.listen_place,
       text("\"listen\" in [admin] is \"", listen,
            "\", which other machines may reach, and no plugin asks anybody who they are; load one that does, such as identity "
            "with other modes than \"open\", or take an address of 127.0.0.1, [::1] or localhost, or \"\" for no admin "
            "service")});
  return problems;
}

}  // namespace

sdk::Problems configure(plugin::Set& plugins, const config::Settings& settings) {
  std::vector<sdk::Section> sections;
  for (const auto& [id, section] : settings.plugin_sections) sections.push_back(section);
  auto problems = plugins.configure(sections);
  if (problems.empty()) return problems_beside(settings, plugins);
  for (const auto& library : plugins.libraries()) name_keys_of_host(problems, library, settings.plugin_sections.at(library.id()));
  return problems;
}

}  // namespace chatd
