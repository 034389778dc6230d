#include "plugins/identity/options.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {
namespace {

const std::vector<std::string_view> known_modes{"open"};

sdk::Place place(const sdk::Section& section, std::string_view key) {
  const auto found = std::ranges::find(section.entries, key, &sdk::Entry::key);
  return found == section.entries.end() ? section.place : found->place;
}

}  // namespace

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"modes", &Options::modes, "", sdk::not_empty(),
       "How it is found out who a client is, in this order; the first that knows what to do with what the client shows decides. "
       "`open`: every client is who it says it is, and may do everything."},
      {"presence_connections", &Options::presence_connections, "connections", sdk::between(1, 1e9),
       "Connections of all hosts together that are kept to tell who is here; those beyond are not seen."},
  };
  return list;
}

sdk::Problems check(const Options& options, const sdk::Section& section) {
  sdk::Problems problems;
  const auto report = [&](std::string text) { problems.push_back({place(section, "modes"), std::move(text)}); };
  for (auto mode = options.modes.begin(); mode != options.modes.end(); ++mode) {
    if (std::ranges::find(known_modes, *mode) == known_modes.end()) {
      const auto near = sdk::nearest(*mode, known_modes);
      report(sdk::text("\"modes\" in [", section.name, "] names \"", *mode, "\"; ",
                       near.empty() ? std::string("there is: open") : sdk::text("did you mean \"", near, "\"?")));
    } else if (std::find(options.modes.begin(), mode, *mode) != mode) {
      report(sdk::text("\"modes\" in [", section.name, "] names \"", *mode, "\" more than once; name it once"));
    } else if (*mode == "open" && mode + 1 != options.modes.end()) {
      report(sdk::text("\"modes\" in [", section.name, "] names \"open\" before \"", *(mode + 1),
                       "\", which would never be asked: open believes everybody; name it last, or leave it out"));
    }
  }
  return problems;
}

}  // namespace chatd::identity
