#include "host/config/assignments.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"
#include "host/config/settings.hpp"

namespace chatd::config {
namespace {

constexpr std::string_view prefix = "CHATD_";
constexpr std::string_view between_parts = "__";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

std::string environment_name(std::string_view id) {
  std::string out(id);
  std::ranges::replace(out, '-', '_');
  return out;
}

// The variable that `name` would be, had its author put two underscores between table and key; empty when none.
std::string with_two_underscores(std::string_view name) {
  for (const auto& table : host_tables()) {
    for (const auto& option : table.options) {
      if (table.many) continue;
      if (name == upper(sdk::text(prefix, table.name, '_', option.key))) return variable_of(table.name, option.key);
    }
  }
  return {};
}

bool known(std::string_view table) { return std::ranges::find(host_tables(), table, &HostTable::name) != host_tables().end(); }

// The class of the file that a name of the environment means; the name itself when the file has none.
std::string class_named(const std::string& name, const Tables& file) {
  if (file.classes.contains(name)) return name;
  for (const auto& [known, section] : file.classes) {
    if (environment_name(known) == name) return known;
  }
  return name;
}

// "bulk", "." and "slow" out of `assignment.key`, which is parted at `split`.
void take_class_key(std::size_t split, std::string_view separator, Assignment assignment, Assignments& out,
                    sdk::Problems& problems) {
  if (split == std::string::npos) {
    problems.push_back({assignment.place, of_no_class(assignment.key)});
    return;
  }
  assignment.table = assignment.key.substr(0, split);
  assignment.key.erase(0, split + separator.size());
  out.classes.push_back(std::move(assignment));
}

void take_variable(const std::string& name, const std::string& value, Assignments& out, sdk::Problems& problems) {
  const sdk::Place place{"environment " + name};
  const std::string path = lower(std::string_view(name).substr(prefix.size()));
  const std::size_t split = path.find(between_parts);
  if (split == std::string::npos) {
    // CHATD_ alone is not ours to forbid; only a name that is one underscore short of a key is surely meant for us.
    if (const auto meant = with_two_underscores(name); !meant.empty()) {
      problems.push_back({place, sdk::text("sets nothing; did you mean ", meant, '?')});
    }
    return;
  }
  const std::string table = path.substr(0, split);
  std::string key = path.substr(split + between_parts.size());
  if (!known(table))
    problems.push_back({place, unknown_table(table)});
  else if (table == "classes")
    take_class_key(key.rfind(between_parts), between_parts, {"", key, value, place}, out, problems);
  else if (table == "plugins" && key.find(between_parts) != std::string::npos)
    out.plugins.push_back({"", key, value, place});
  else
    out.host.push_back({table, key, value, place});
}

// The listen address of the file, or the default, with another port; nullopt: the file's is wrong, which is reported of itself.
std::optional<std::string> listen_with(std::uint16_t port, const Tables& file) {
  std::string listen = Host{}.listen;
  if (const auto* entry = find(file.host.at("host"), "listen")) {
    const auto* text = std::get_if<std::string>(&entry->value);
    if (text == nullptr) return std::nullopt;
    listen = *text;
  }
  auto address = parse_address(listen);
  if (!address) return std::nullopt;
  address->port = port;
  return address->str();
}

// As [plugins.prometheus] has it when nobody says otherwise.
constexpr std::string_view metrics_listen = "127.0.0.1:9464";

// The default's port lies as far behind SERVER_PORT as it lies behind the default port for clients.
std::string beside_clients(std::string_view listen, std::uint16_t port) {
  auto address = parse_address(listen).value_or(Address{});
  const int beside = port + address.port - parse_address(Host{}.listen).value_or(Address{}).port;
  address.port = port == 0 || beside > std::numeric_limits<std::uint16_t>::max() ? 0 : static_cast<std::uint16_t>(beside);
  return address.str();
}

}  // namespace

Assignments from_environment(const std::vector<std::string>& variables, const Tables& file, sdk::Problems& problems) {
  std::map<std::string, std::string> ours;
  for (const auto& variable : variables) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos) continue;
    std::string name = variable.substr(0, equals);
    if (name.starts_with(prefix) || name == "SERVER_PORT" || name == "KAFKA_BROKERS") {
      ours.insert_or_assign(std::move(name), variable.substr(equals + 1));
    }
  }
  Assignments out;
  // The names people know come first, so that the full names win over them. Empty is the same as unset.
  if (const auto port = ours.find("SERVER_PORT");
      port != ours.end() && !port->second.empty() && !ours.contains("CHATD_HOST__LISTEN")) {
    const sdk::Place place{"environment SERVER_PORT"};
    if (const auto number = parse_port(port->second); !number)
      problems.push_back({place, number.error().text});
    else if (const auto listen = listen_with(*number, file)) {
      out.host.push_back({"host", "listen", *listen, place});
      // A second host of one machine needs second ports for its admin service and its metrics, too.
      if (find(file.host.at("admin"), "listen") == nullptr)
        out.host.push_back({"admin", "listen", beside_clients(Admin{}.listen, *number), place});
      const auto metrics = file.plugins.find("prometheus");
      if (metrics == file.plugins.end() || find(metrics->second, "listen") == nullptr)
        out.plugins.push_back({"", "prometheus__listen", beside_clients(metrics_listen, *number), place, true});
    }
  }
  if (const auto brokers = ours.find("KAFKA_BROKERS"); brokers != ours.end() && !brokers->second.empty()) {
    out.plugins.push_back({"", "kafka__brokers", brokers->second, {"environment KAFKA_BROKERS"}, true});
  }
  for (const auto& [name, value] : ours) {
    if (name.starts_with(prefix)) take_variable(name, value, out, problems);
  }
  for (auto& assignment : out.classes) assignment.table = class_named(assignment.table, file);
  return out;
}

std::string variable_of(std::string_view table, std::string_view key) {
  const std::size_t dot = table.find('.');
  std::string path(table.substr(0, dot));
  if (dot != std::string_view::npos) path += sdk::text(between_parts, table.substr(dot + 1));
  return upper(environment_name(sdk::text(prefix, path, between_parts, key)));
}

void name_plugins(std::vector<Assignment>& assignments, std::span<const std::string> loaded) {
  for (auto& assignment : assignments) {
    const std::string path = std::move(assignment.key);
    const std::string* meant = nullptr;
    for (const auto& id : loaded) {
      // The longest wins: an id may itself have two underscores.
      if (path.starts_with(sdk::text(environment_name(id), between_parts)) && (meant == nullptr || id.size() > meant->size()))
        meant = &id;
    }
    assignment.table = meant != nullptr ? *meant : path.substr(0, path.find(between_parts));
    assignment.key = path.substr(assignment.table.size() + between_parts.size());
  }
}

Assignments from_command_line(const std::vector<std::string>& set, sdk::Problems& problems) {
  constexpr std::string_view example = "host.listen=127.0.0.1:0";
  Assignments out;
  for (const auto& text : set) {
    const std::size_t equals = text.find('=');
    const std::string path = text.substr(0, equals);
    const sdk::Place place{"--set " + path};
    if (equals == std::string::npos) {
      problems.push_back({place, sdk::text("has no value; expected table.key=value such as ", example)});
      continue;
    }
    const std::string value = text.substr(equals + 1);
    const std::size_t dot = path.find('.');
    if (dot == std::string::npos) {
      problems.push_back({place, sdk::text("has no table; expected table.key=value such as ", example)});
      continue;
    }
    const std::string table = path.substr(0, dot);
    const std::string key = path.substr(dot + 1);
    const std::size_t second = key.find('.');
    if (!known(table))
      problems.push_back({place, unknown_table(table)});
    else if (table == "classes")
      take_class_key(second, ".", {"", key, value, place}, out, problems);
    else if (table == "plugins" && second != std::string::npos)
      out.plugins.push_back({key.substr(0, second), key.substr(second + 1), value, place});
    else
      out.host.push_back({table, key, value, place});
  }
  return out;
}

}  // namespace chatd::config
