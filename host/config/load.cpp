#include "host/config/load.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

#include <unistd.h>

#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"
#include "host/config/assignments.hpp"
#include "host/config/document.hpp"
#include "host/config/tables.hpp"
#include "host/limits/networks.hpp"
#include "tls/material.hpp"

namespace chatd::config {
namespace {

void append(sdk::Problems& to, sdk::Problems from) { std::ranges::move(from, std::back_inserter(to)); }

void lay_over(Tables& tables, const std::vector<Assignment>& assignments) {
  for (const auto& one : assignments) assign(tables.host.find(one.table)->second, one.key, one.text, one.place);
}

void lay_over_classes(Tables& tables, const std::vector<Assignment>& assignments) {
  for (const auto& one : assignments) assign(class_section(tables, one.table, one.place), one.key, one.text, one.place);
}

void lay_over_plugins(Tables& tables, const std::vector<Assignment>& assignments, const std::vector<std::string>& loaded) {
  for (const auto& one : assignments) {
    if (one.only_if_loaded && std::ranges::find(loaded, one.table) == loaded.end()) continue;
    assign(plugin_section(tables, one.table, one.place), one.key, one.text, one.place);
  }
}

// Takes the host's keys out of the plugin's table.
void take_own_keys(sdk::Section& table, Settings& settings, const std::string& id, sdk::Problems& problems) {
  sdk::Section own{table.name, table.place, {}};
  for (const auto& option : of_plugin_options().infos()) {
    if (const auto* entry = find(table, option.key)) own.entries.push_back(*entry);
    std::erase_if(table.entries, [&](const sdk::Entry& entry) { return entry.key == option.key; });
  }
  auto& of_plugin = settings.of_plugins[id];
  append(problems, of_plugin_options().read(own, of_plugin));
  of_plugin.place = own.entries.empty() ? own.place : own.entries.front().place;
  settings.given.insert_or_assign(table.name, std::move(own));
}

// What the tables say of their classes; a class's name is in no option list.
std::vector<RoomClass> read_classes(const Tables& tables, sdk::Problems& problems) {
  std::vector<RoomClass> classes;
  for (const auto& [name, section] : tables.classes) {
    append(problems, class_options().read(section, classes.emplace_back()));
    classes.back().name = name;
  }
  return classes;
}

constexpr std::string_view id_letters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

bool is_id(std::string_view name) { return !name.empty() && name.find_first_not_of(id_letters) == std::string_view::npos; }

// Checks that one key alone cannot decide. A key that could not be read has its default here and is not blamed twice.
class Checks {
 public:
  Checks(const Tables& tables, const Settings& settings, sdk::Problems& problems)
      : tables_(tables), settings_(settings), problems_(problems) {}

  void listen() {
    const auto address = parse_address(settings_.host.listen);
    if (!address) report(place("host", "listen"), sdk::text("\"listen\" in [host]: ", address.error().text));
  }

  void tls(bool look) {
    const Tls& tls = settings_.tls;
    if (!tls.certificate.empty() && tls.key.empty())
      return report(place("tls", "certificate"), "\"certificate\" in [tls] needs \"key\", the file with its private key");
    if (tls.certificate.empty() && !tls.key.empty())
      return report(place("tls", "key"), "\"key\" in [tls] needs \"certificate\", the file with the certificate that it is for");
    if (tls.certificate.empty() && !tls.client_ca.empty())
      return report(
          place("tls", "client_ca"),
          "\"client_ca\" in [tls] needs \"certificate\" and \"key\": without them clients' connections are not encrypted");
    // Whoever says how clients are asked means that they are; an empty client_ca says that they are not.
    const auto& given = tables_.host.find("tls")->second;
    if (find(given, "client_certificate") != nullptr && find(given, "client_ca") == nullptr)
      return report(place("tls", "client_certificate"),
                    "\"client_certificate\" in [tls] needs \"client_ca\", the file with those who vouch for clients");
    if (!look) return;
    const auto material = chatd::tls::read(tls_files(tls), std::time(nullptr));
    if (material) return;
    for (const auto& fault : material.error()) {
      const auto* const key = fault.part == chatd::tls::Part::certificate ? "certificate"
                              : fault.part == chatd::tls::Part::key       ? "key"
                                                                          : "client_ca";
      report(place("tls", key), sdk::text('"', key, "\" in [tls]: ", fault.str()));
    }
  }

  void admin() {
    const auto& listen = settings_.admin.listen;
    if (listen.empty()) return;
    const auto address = parse_address(listen);
    if (!address)
      report(place("admin", "listen"),
             sdk::text("\"listen\" in [admin]: ", address.error().text, ", or \"\" for no admin service"));
  }

  void drain() {
    const Host& host = settings_.host;
    if (host.drain_deadline_ms >= host.drain_window_ms) return;
    const bool given = find(tables_.host.at("host"), "drain_deadline_ms") != nullptr;
    report(place("host", given ? "drain_deadline_ms" : "drain_window_ms"),
           sdk::text("\"drain_deadline_ms\" in [host] is ", host.drain_deadline_ms, ", less than \"drain_window_ms\", which is ",
                     host.drain_window_ms, "; give the streams at least as long to end as their ends are spread over"));
  }

  void proxies() {
    if (const auto networks = limits::Networks::parse(settings_.limits.trusted_proxies); !networks)
      report(place("limits", "trusted_proxies"), sdk::text("\"trusted_proxies\" in [limits]: ", networks.error().text));
  }

  void classes() {
    const auto& all = settings_.classes;
    for (auto one = all.begin(); one != all.end(); ++one) {
      const auto& section = tables_.classes.find(one->name)->second;
      if (!is_id(one->name)) {
        report(section.place, sdk::text("[classes.", one->name, "] is called ", quoted(one->name),
                                        R"(; a class's name has only a-z, 0-9, "_" and "-")"));
      }
      for (auto pattern = one->rooms.begin(); pattern != one->rooms.end(); ++pattern) {
        if (std::find(one->rooms.begin(), pattern, *pattern) != pattern) continue;
        const auto other = std::find_if(all.begin(), one, [&](const RoomClass& earlier) { return has(earlier.rooms, *pattern); });
        if (other == one) continue;
        report(find(section, "rooms")->place, sdk::text("\"rooms\" in [classes.", one->name, "] names ", quoted(*pattern),
                                                        " as [classes.", other->name, "] does; name it in one class only"));
      }
    }
  }

  void topics() {
    const Broker& broker = settings_.broker;
    const std::array<std::pair<std::string_view, std::string_view>, 4> topics{{{"messages_topic", broker.messages_topic},
                                                                               {"connections_topic", broker.connections_topic},
                                                                               {"rooms_topic", broker.rooms_topic},
                                                                               {"hosts_topic", broker.hosts_topic}}};
    for (auto later = topics.begin(); later != topics.end(); ++later) {
      const auto same = std::find_if(topics.begin(), later, [&](const auto& topic) { return topic.second == later->second; });
      if (same == later) continue;
      const bool given = find(tables_.host.at("broker"), later->first) != nullptr;
      report(place("broker", given ? later->first : same->first),
             sdk::text('"', same->first, "\" and \"", later->first, "\" in [broker] are both ", quoted(later->second),
                       "; give each of the four topics a name of its own"));
    }
  }

  void log_levels() {
    const auto options = log_options().infos();
    const auto& choices = std::ranges::find(options, std::string_view("level"), &sdk::OptionInfo::key)->constraint.choices;
    std::vector<std::string_view> components{"host", "consumer"};
    components.insert(components.end(), settings_.plugins.load.begin(), settings_.plugins.load.end());
    const auto* const given = find(tables_.host.find("log")->second, "levels");
    for (const auto& [component, level] : settings_.log.levels) {
      const auto* const table = std::get_if<sdk::Table>(&given->value);
      const auto& at = table ? std::ranges::find(*table, component, &sdk::Entry::key)->place : given->place;
      if (std::ranges::find(choices, level) == choices.end())
        report(at, sdk::text(quoted(component), " in [log.levels] is ", quoted(level),
                             "; expected one of \"debug\", \"info\", \"warning\", \"error\""));
      if (std::ranges::find(components, component) != components.end()) continue;
      const auto near = sdk::nearest(component, components);
      report(at, sdk::text(quoted(component), " in [log.levels] is no component; ",
                           near.empty() ? std::string("there are \"host\" and the plugins of plugins.load")
                                        : sdk::text("did you mean ", quoted(near), '?')));
    }
  }

  void ids() {
    const auto& load = settings_.plugins.load;
    for (auto id = load.begin(); id != load.end(); ++id) {
      const auto before = std::count(load.begin(), id, *id);
      if (before == 1) {
        report(place("plugins", "load"), sdk::text("\"load\" in [plugins] names ", quoted(*id), " more than once; name it once"));
      }
      if (before == 0 && !is_id(*id)) {
        report(place("plugins", "load"),
               sdk::text("\"load\" in [plugins] names ", quoted(*id), "; a plugin's id has only a-z, 0-9, \"_\" and \"-\""));
      }
    }
  }

  void broker_is_loaded() {
    const auto& load = settings_.plugins.load;
    if (loaded(settings_.broker.plugin)) return;
    const bool given = find(tables_.host.at("broker"), "plugin") != nullptr;
    report(given ? place("broker", "plugin") : place("plugins", "load"),
           sdk::text("\"plugin\" in [broker] is ", quoted(settings_.broker.plugin), given ? "" : " by default",
                     ", which is not in plugins.load ", shown(load), "; ", remedy(settings_.broker.plugin)));
  }

  void broker_is_required() {
    const auto of_broker = settings_.of_plugins.find(settings_.broker.plugin);
    if (of_broker == settings_.of_plugins.end() || of_broker->second.required) return;
    report(of_broker->second.place, sdk::text("\"required\" in [plugins.", of_broker->first,
                                              "] is false, and that is the broker; no host serves without it: leave it out"));
  }

  void plugin_tables() {
    for (const auto& [id, section] : tables_.plugins) {
      if (loaded(id)) continue;
      report(section.place, sdk::text("[plugins.", id, "] is for a plugin that is not in plugins.load ",
                                      shown(settings_.plugins.load), "; ", remedy(id)));
    }
  }

 private:
  [[nodiscard]] static bool has(const std::vector<std::string>& texts, std::string_view text) {
    return std::ranges::find(texts, text) != texts.end();
  }

  [[nodiscard]] bool loaded(std::string_view id) const { return has(settings_.plugins.load, id); }

  [[nodiscard]] std::string remedy(const std::string& id) const {
    const std::vector<std::string_view> names(settings_.plugins.load.begin(), settings_.plugins.load.end());
    const auto near = sdk::nearest(id, names);
    return near.empty() ? sdk::text("add ", quoted(id), " there") : sdk::text("did you mean ", quoted(near), '?');
  }

  [[nodiscard]] static std::string shown(std::vector<std::string> texts) { return sdk::detail::toml(&texts); }

  [[nodiscard]] sdk::Place place(std::string_view table, std::string_view key) const {
    const auto& section = tables_.host.find(table)->second;
    const auto* entry = find(section, key);
    return entry != nullptr ? entry->place : section.place;
  }

  void report(sdk::Place place, std::string text) { problems_.push_back({std::move(place), std::move(text)}); }

  const Tables& tables_;
  const Settings& settings_;
  sdk::Problems& problems_;
};

bool at_key(const sdk::Problems& problems, const sdk::Section& section, std::string_view key) {
  const auto* entry = find(section, key);
  if (entry == nullptr) return false;
  return std::ranges::any_of(problems, [&](const sdk::Problem& problem) { return problem.place.str() == entry->place.str(); });
}

// As an operator goes through them: down the file, then the environment, then --set.
sdk::Problems sorted(sdk::Problems problems) {
  const auto place = [](const sdk::Problem& problem) {
    const auto line = problem.place.line;
    return std::tuple(line == 0 ? std::numeric_limits<decltype(line)>::max() : line, problem.place.column,
                      problem.place.source.starts_with("--set"));
  };
  sdk::Problems out;
  // Stable, as std::stable_sort is; that one uses what libstdc++ 12 calls deprecated, and clang warns of it.
  for (auto& problem : problems) {
    out.insert(std::ranges::upper_bound(out, place(problem), {}, place), std::move(problem));
  }
  return out;
}

}  // namespace

tls::Files tls_files(const Tls& tls) { return {tls.certificate, tls.key, tls.client_ca}; }

std::expected<Settings, sdk::Problems> load(const Sources& sources) {
  Document document = sources.file ? read_document(*sources.file) : Document{};
  if (!document.whole) return std::unexpected(std::move(document.problems));
  sdk::Problems problems = std::move(document.problems);

  Tables tables = tables_of(document.root, problems);
  Assignments environment = from_environment(sources.environment, tables, problems);
  const Assignments set = from_command_line(sources.set, problems);
  lay_over(tables, environment.host);
  lay_over(tables, set.host);
  lay_over_classes(tables, environment.classes);
  lay_over_classes(tables, set.classes);

  Settings settings;
  append(problems, host_options().read(tables.host.at("host"), settings.host));
  append(problems, tls_options().read(tables.host.at("tls"), settings.tls));
  append(problems, admin_options().read(tables.host.at("admin"), settings.admin));
  const auto* const admin_listen = find(tables.host.at("admin"), "listen");
  settings.admin.listen_place = admin_listen ? admin_listen->place : sdk::Place{"default"};
  append(problems, limits_options().read(tables.host.at("limits"), settings.limits));
  append(problems, hub_options().read(tables.host.at("hub"), settings.hub));
  settings.classes = read_classes(tables, problems);
  append(problems, broker_options().read(tables.host.at("broker"), settings.broker));
  append(problems, log_options().read(tables.host.at("log"), settings.log));
  append(problems, presence_options().read(tables.host.at("presence"), settings.presence));
  append(problems, plugins_options().read(tables.host.at("plugins"), settings.plugins));

  Checks checks(tables, settings, problems);
  checks.listen();
  checks.tls(sources.whole);
  checks.admin();
  checks.drain();
  checks.proxies();
  checks.classes();
  checks.topics();
  // Which plugins are meant is anybody's guess when the list of them could not be read.
  const bool unread = std::ranges::find(document.left_out, "plugins.load") != document.left_out.end();
  if (!unread && !at_key(problems, tables.host.at("plugins"), "load")) {
    const auto& loaded = settings.plugins.load;
    name_plugins(environment.plugins, loaded);
    lay_over_plugins(tables, environment.plugins, loaded);
    lay_over_plugins(tables, set.plugins, loaded);
    checks.log_levels();
    checks.ids();
    checks.broker_is_loaded();
    checks.plugin_tables();
    for (const auto& id : loaded) take_own_keys(plugin_section(tables, id, {"default"}), settings, id, problems);
    checks.broker_is_required();
  }
  if (!problems.empty()) return std::unexpected(sorted(std::move(problems)));
  for (const auto& id : settings.plugins.load) {
    settings.plugin_sections.emplace(id, plugin_section(tables, id, {"default"}));
  }
  for (auto* const part : {&tables.host, &tables.classes}) {
    for (auto& [name, section] : *part) settings.given.emplace(section.name, std::move(section));
  }
  return settings;
}

std::vector<std::string> process_environment() {
  std::vector<std::string> out;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) out.emplace_back(*variable);
  return out;
}

}  // namespace chatd::config
