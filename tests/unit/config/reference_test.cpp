#include "host/config/reference.hpp"

#include <array>

#include "catch.hpp"
#include "host/config/settings.hpp"

using namespace chatd;
using Catch::Matchers::Contains;

namespace {

struct Options {
  double share = 0.5;
  std::string pattern = "a|b";
  std::map<std::string, std::string> extra;
};

const sdk::OptionList<Options>& options() {
  static const sdk::OptionList<Options> list{
      {"share", &Options::share, "", sdk::at_least(0.25), "How much."},
      {"pattern", &Options::pattern, "", sdk::one_of({"a|b", "c"}), "One | the other.", sdk::Mark::live},
      {"extra", &Options::extra, "", sdk::any(), "More."},
  };
  return list;
}

}  // namespace

TEST_CASE("the reference has a row for every key of the host") {
  const std::string page = config::reference({});
  for (const auto& table : config::host_tables()) {
    CHECK_THAT(page, Contains("\n## " + table.title() + '\n'));
    for (const auto& option : table.options) CHECK_THAT(page, Contains("\n| `" + std::string(option.key) + "` | "));
  }
  CHECK_THAT(page, Contains("\n| `ring_messages` | integer | `4096` | 1 to 1048576 messages | restart | "));
  CHECK_THAT(page, Contains("\n| `load` | list of texts | `[\"memory\"]` | not empty | restart | "));
  CHECK_THAT(page, Contains("\n## [classes.NAME]\n"));
  CHECK_THAT(page, Contains("\n| `rooms` | list of texts | `[]` |  | live | "));
  CHECK_THAT(page, Contains("\n| `level` | text | `\"info\"` | `debug`, `info`, `warning`, `error` | live | "));
}

TEST_CASE("the reference prints plugins in their order, and bars do not end a cell") {
  const std::array<config::PluginKeys, 2> plugins{{{"zeta", options().infos()}, {"bare", {}}}};
  const std::string page = config::reference(plugins);
  CHECK_THAT(page, Catch::Matchers::EndsWith("\n## [plugins.zeta]\n\n"
                                             "| key | type | default | bounds | changes | meaning |\n"
                                             "|---|---|---|---|---|---|\n"
                                             "| `share` | number | `0.5` | at least 0.25 | restart | How much. |\n"
                                             "| `pattern` | text | `\"a\\|b\"` | `a\\|b`, `c` | live | One \\| the other. |\n"
                                             "| `extra` | table of texts | `{}` |  | restart | More. |\n"
                                             "\n## [plugins.bare]\n\n"
                                             "It has no keys.\n"));
}
