// An operator's configuration: a document, a line "%%", environment variables, a line "%%", and what --set was given, one a line.
#include <array>
#include <string>
#include <vector>

#include "host/config/assignments.hpp"
#include "host/config/document.hpp"
#include "host/config/load.hpp"
#include "host/config/settings.hpp"
#include "host/config/tables.hpp"
#include "must.hpp"

using namespace chatd;
using namespace chatd::fuzz;

namespace {

std::string_view take_part(std::string_view& text) {
  const auto end = text.find("\n%%\n");
  const auto part = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 4);
  return part;
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const auto end = text.find('\n');
    all.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return all;
}

void must_be_told(const sdk::Problems& problems) {
  for (const auto& problem : problems)
    must(!problem.text.empty() && !problem.place.source.empty(), "a problem says what and where");
}

template <class Options>
void read(const config::Tables& tables, std::string_view table, const sdk::OptionList<Options>& list, sdk::Problems& problems) {
  Options options;
  const auto found = tables.host.find(table);
  must(found != tables.host.end(), "every table of the host is there");
  for (auto& problem : list.read(found->second, options)) problems.push_back(std::move(problem));
}

config::Tables document(std::string_view text) {
  auto read_document = config::parse_document(text, "chat.toml");
  must_be_told(read_document.problems);
  if (!read_document.whole) must(read_document.root.empty() && !read_document.problems.empty(), "no half a document");
  sdk::Problems problems;
  auto tables = config::tables_of(read_document.root, problems);
  read(tables, "host", config::host_options(), problems);
  read(tables, "tls", config::tls_options(), problems);
  read(tables, "limits", config::limits_options(), problems);
  read(tables, "hub", config::hub_options(), problems);
  read(tables, "broker", config::broker_options(), problems);
  read(tables, "presence", config::presence_options(), problems);
  read(tables, "plugins", config::plugins_options(), problems);
  read(tables, "log", config::log_options(), problems);
  must_be_told(problems);
  return tables;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = view(data, size);
  const auto tables = document(take_part(rest));
  const auto environment = lines(take_part(rest));
  const auto set = lines(take_part(rest));

  sdk::Problems problems;
  auto assignments = config::from_environment(environment, tables, problems);
  config::name_plugins(assignments.plugins, std::array<std::string, 2>{"memory", "my-plugin"});
  (void)config::from_command_line(set, problems);
  must_be_told(problems);

  const auto settings = config::load({std::nullopt, environment, set, false});
  if (!settings) {
    must(!settings.error().empty(), "a refusal says why");
    must_be_told(settings.error());
  }
  return 0;
}
