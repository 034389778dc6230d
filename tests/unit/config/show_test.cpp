// What `chatd config` prints of configurations.
#include "host/config/show.hpp"

#include <algorithm>
#include <array>

#include "catch.hpp"
#include "host/config/assignments.hpp"
#include "written.hpp"

using namespace chatd;
using Catch::Matchers::Contains;

namespace {

struct Options {
  std::int64_t partitions = 4;
  double share = 0.5;
  bool on = false;
  std::vector<std::string> names{"a", "b"};
  std::string password;
  std::map<std::string, std::string> extra;
};

const sdk::OptionList<Options>& options() {
  using sdk::any;
  static const sdk::OptionList<Options> list{
      {"partitions", &Options::partitions, "partitions", sdk::between(1, 8), "How many."},
      {"share", &Options::share, "", any(), "How much."},
      {"on", &Options::on, "", any(), "Whether."},
      {"names", &Options::names, "", any(), "Who."},
      {"password", &Options::password, "", any(), "Hush.", sdk::Mark::secret},
      {"extra", &Options::extra, "", any(), "More.", sdk::Mark::secret | sdk::Mark::live},
  };
  return list;
}

const std::vector<config::PluginKeys>& plugins() {
  static const std::vector<config::PluginKeys> keys{{"memory", options().infos()}};
  return keys;
}

std::vector<config::Line> lines(std::string_view text, std::vector<std::string> environment = {},
                                std::vector<std::string> set = {}) {
  const Written file(text);
  const auto settings = config::load({file.path(), std::move(environment), std::move(set)});
  if (!settings) FAIL(settings.error().front().str());
  auto out = config::lines_of(*settings, plugins());
  for (auto& line : out) {
    if (line.place.source == file.path()) line.place.source = "chat.toml";
  }
  return out;
}

const std::string given =
    "[hub]\nring_messages = 7\ntoken_key = \"hush-1\"\n[classes.bulk]\nrooms = [\"b-*\"]\n"
    "[plugins.memory]\npassword = \"hush-2\"\nextra = { \"x y\" = \"hush-3\" }\n";

}  // namespace

TEST_CASE("print has every key with its value and where it came from") {
  const std::string out = config::print(
      lines(given, {"CHATD_HUB__RING_BYTES=65_536", "CHATD_PLUGINS__MEMORY__NAMES=c,d"}, {"plugins.memory.partitions=8"}),
      config::Form::text);
  CHECK_THAT(out, Contains("\n[hub]\n") && Contains("ring_messages = 7 ") && Contains("# chat.toml:2:1\n"));
  CHECK_THAT(out, Contains("ring_bytes = 65536 ") && Contains("# environment CHATD_HUB__RING_BYTES\n"));
  CHECK_THAT(out, Contains("\n[classes.bulk]\nrooms = [\"b-*\"]  ") && Contains("# chat.toml:5:1\n"));
  CHECK_THAT(out, Contains("partitions = 8 ") && Contains("# --set plugins.memory.partitions\n"));
  CHECK_THAT(out, Contains("share = 0.5 ") && Contains("# default\n"));
  CHECK_THAT(out, Contains("names = [\"c\", \"d\"]"));
  for (const auto& table : config::host_tables()) {
    for (const auto& option : table.options)
      CHECK_THAT(out, Contains('\n' + std::string(option.key) + " = ") || Contains("\n# token_key = "));
  }
}

TEST_CASE("what print says, its secrets apart, is a configuration with the same values") {
  const std::string text =
      "[hub]\nring_messages = 7\n[limits]\ntrusted_proxies = []\n[classes.bulk]\nrooms = [\"\", \"b\\\"\\\\*\"]\n"
      "[plugins.memory]\nnames = [\"\\u0001\"]\n";
  const auto once = lines(text);
  const auto again = lines(config::print(once, config::Form::text));
  CHECK(config::differences(once, again).empty());
}

TEST_CASE("secrets are shown nowhere") {
  using config::Form;
  const auto all = lines(given, {"CHATD_HOST__SERVER_ID=x"});
  const auto other = lines("[hub]\ntoken_key = \"hush-4\"\n");
  for (const auto form : {Form::text, Form::json}) {
    for (const auto& out : {config::print(all, form), config::print_changed(all, form),
                            config::print_differences(all, other, form), config::print_differences(other, all, form),
                            config::print_variables(all, {"CHATD_HUB__TOKEN_KEY=hush-1"}, form), config::default_file(all)})
      CHECK_THAT(out, !Contains("hush"));
  }
  CHECK_THAT(config::print(all, Form::text), Contains("# token_key = (hidden) ") && Contains("# extra = (hidden) "));
  CHECK_THAT(config::print_differences(all, other, Form::text), Contains("hub.token_key") && Contains("(hidden, another)"));
  CHECK_THAT(config::print(all, Form::json),
             Contains(R"({"table":"hub","key":"token_key","value":null,"from":"chat.toml:3:1","secret":true})"));
}

TEST_CASE("print in JSON has values of their own types") {
  const std::string out = config::print(lines("", {}, {"classes.bulk.slow=skip"}), config::Form::json);
  CHECK_THAT(out, Contains(R"({"table":"plugins.memory","key":"partitions","value":4,"from":"default","secret":false})"));
  CHECK_THAT(out, Contains(R"("key":"share","value":0.5,)") && Contains(R"("key":"on","value":false,)"));
  CHECK_THAT(out, Contains(R"("key":"names","value":["a","b"],)") && Contains(R"("key":"extra","value":{},)"));
  CHECK_THAT(out, Contains(R"({"table":"classes.bulk","key":"slow","value":"skip","from":"--set classes.bulk.slow")"));
  CHECK(out.find('\n') == out.size() - 1);
}

TEST_CASE("the default file has every key, and is right and without effect") {
  const std::string out = config::default_file(lines("", {}, {"hub.ring_messages=9"}));
  const auto again = lines(out);
  CHECK(config::print_changed(again, config::Form::text).empty());
  for (const auto& line : again) {
    INFO(line.path());
    CHECK(line.place.line > 0);
  }
  CHECK_THAT(out, Contains("\n# How many. (integer; 1 to 8 partitions)\npartitions = 4\n"));
  CHECK_THAT(out, Contains("\n# [classes.NAME]\n# rooms = []  "));
  for (std::size_t at = 0, end = 0; (end = out.find('\n', at)) != std::string::npos; at = end + 1) CHECK(end - at <= 132);
}

TEST_CASE("the default file keeps the plugins that it has tables of") {
  const std::string out = config::default_file(lines("", {}, {"plugins.load=memory,other"}));
  CHECK_THAT(out, Contains("\nload = [\"memory\", \"other\"]\n"));
}

TEST_CASE("each variable that env prints sets what it says") {
  for (const auto& line : lines("[classes.bulk-2]\n")) {
    const auto name = config::variable_of(line.table, line.option->key);
    INFO(name);
    auto text = line.value;
    if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
    if (text == "{}") text = "";
    if (name == "CHATD_CLASSES__BULK_2__ROOMS") text = "[]";
    const auto set = lines("[classes.bulk-2]\n", {name + '=' + text, "CHATD_TLS__CLIENT_CA="});
    const auto same = std::ranges::find(set, line.path(), &config::Line::path);
    REQUIRE(same != set.end());
    CHECK(same->place.str() == "environment " + name);
    CHECK(same->value == line.value);
  }
}

TEST_CASE("env prints every variable") {
  const auto out = config::print_variables(lines(""), {"CHATD_HOST__LISTEN=a:1"}, config::Form::text);
  CHECK_THAT(out, Contains("\nSERVER_PORT ") && Contains("\nKAFKA_BROKERS ") && Contains("\nCHATD_CLASSES__NAME__SLOW "));
  CHECK_THAT(out, Contains("\nCHATD_HOST__LISTEN ") && Contains("host.listen") && Contains("text  (is set)\n"));
  CHECK_THAT(out, Contains("\nCHATD_PLUGINS__MEMORY__PARTITIONS "));
  CHECK_THAT(config::print_variables(lines(""), {"CHATD_HOST__LISTEN="}, config::Form::json),
             Contains(R"({"name":"CHATD_HOST__LISTEN","sets":"host.listen","type":"text","is_set":true})"));
}

TEST_CASE("diff prints what is not at its default, and nothing when all is") {
  CHECK(config::print_changed(lines("[hub]\nring_messages = 4_096\n"), config::Form::text).empty());
  CHECK(config::print_changed(lines("[hub]\nring_messages = 7\n"), config::Form::text) ==
        "[hub]\nring_messages = 7  # chat.toml:2:1; default 4096\n");
  CHECK(config::print_changed(lines("[hub]\nring_messages = 7\n"), config::Form::json) ==
        R"({"keys":[{"table":"hub","key":"ring_messages","default":4096,"value":7,"from":"chat.toml:2:1"}]})"
        "\n");
}

TEST_CASE("diff of two prints what the second changes, tables that come and go too") {
  const auto before = lines("[hub]\nring_messages = 7\n[classes.old]\nslow = \"skip\"\n");
  const auto after = lines("[limits]\nroom_bytes = 9\n[classes.new]\nslow = \"skip\"\n");
  const auto out = config::print_differences(before, after, config::Form::text);
  CHECK_THAT(out, Contains("hub.ring_messages       7                4096\n"));
  CHECK_THAT(out, Contains("limits.room_bytes       128              9\n"));
  CHECK_THAT(out, Contains("classes.old.slow        \"skip\"           (no such table)\n"));
  CHECK_THAT(out, Contains("classes.new.slow        (no such table)  \"skip\"\n"));
  CHECK(config::print_differences(after, after, config::Form::text).empty());
}
