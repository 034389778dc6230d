// Wrong configurations, and exactly what is said of them.
#include "catch.hpp"
#include "written.hpp"

using namespace chatd;
using Texts = std::vector<std::string>;

namespace {

struct Wrong {
  const char* what;
  const char* file;
  Texts environment;
  Texts set;
  Texts problems;
};

void check(const std::vector<Wrong>& all) {
  for (const auto& wrong : all) {
    INFO(wrong.what);
    CHECK(problems_of(wrong.file, wrong.environment, wrong.set) == wrong.problems);
  }
}

}  // namespace

TEST_CASE("texts that are not TOML are one problem, at the parser's place") {
  check({
      {"no value",
       "[host]\nlisten = \n",
       {"CHATD_HOTS__X=1"},
       {},
       {"chat.toml:2:10: Error while parsing key-value pair: expected value, saw '\\n'"}},
      {"a key twice",
       "[host]\nlisten = \"a:1\"\nlisten = \"b:1\"\n",
       {},
       {},
       {"chat.toml:3:10: Error while parsing key-value pair: cannot redefine existing string 'listen'"}},
  });
}

TEST_CASE("files that cannot be read") {
  const auto of = [](const std::string& path) {
    const auto settings = config::load({path, {}, {}});
    REQUIRE_FALSE(settings);
    REQUIRE(settings.error().size() == 1);
    return settings.error().front().str();
  };
  const Written file("");
  const std::string folder = std::filesystem::path(file.path()).parent_path().string();
  CHECK(of(folder + "/none.toml") == folder + "/none.toml: cannot be read: No such file or directory; name a TOML file that can");
  CHECK(of(folder) == folder + ": cannot be read: it is a folder; name a TOML file that can");
}

TEST_CASE("wrong tables") {
  check({
      {"mistyped", "[hots]\nlisten = \"a:1\"\n", {}, {}, {"chat.toml:1:2: unknown table [hots]; did you mean [host]?"}},
      {"unlike any",
       "\n[colours]\n",
       {},
       {},
       {"chat.toml:2:2: unknown table [colours]; the tables are [host], [tls], [admin], [limits], [hub], [classes.NAME], "
        "[broker], "
        "[presence], [plugins], [plugins.NAME], [log]"}},
      {"a key outside",
       "listen = \"a:1\"\n",
       {},
       {},
       {"chat.toml:1:1: key \"listen\" stands outside any table; write it under [host]"}},
      {"an unknown key outside",
       "colour = 1\n",
       {},
       {},
       {"chat.toml:1:1: key \"colour\" stands outside any table; expected a table such as [host] before it"}},
      {"a table's name as a key",
       "host = \"a:1\"\n",
       {},
       {},
       {"chat.toml:1:1: \"host\" is a table; write [host] and its keys below"}},
      {"an array of tables",
       "[[hub]]\nring_messages = 1\n",
       {},
       {},
       {"chat.toml:1:3: [[hub]] is an array of tables, which no key takes; write one table [hub]"}},
      {"a table inside",
       "[hub.deep]\nx = 1\n",
       {},
       {},
       {"chat.toml:1:6: unknown key \"deep\" in [hub]; its keys are \"ring_messages\", \"ring_bytes\", \"memory_bytes\", "
        "\"resume_records\", \"room_linger_ms\", \"token_key\""}},
  });
}

TEST_CASE("wrong keys and values") {
  check({
      {"mistyped key",
       "[hub]\n  ring_byte = 8192\n",
       {},
       {},
       {"chat.toml:2:3: unknown key \"ring_byte\" in [hub]; did you mean \"ring_bytes\"?"}},
      {"unlike any key",
       "[log]\ncolour = 1\n",
       {},
       {},
       {"chat.toml:2:1: unknown key \"colour\" in [log]; its keys are \"level\", \"levels\", \"format\""}},
      {"text for an integer",
       "[limits]\ncontent_bytes = \"many\"\n",
       {},
       {},
       {"chat.toml:2:1: \"content_bytes\" in [limits] is \"many\"; expected an integer from 1 to 1048576 (bytes)"}},
      {"number for an integer",
       "[hub]\nring_bytes = 8192.5\n",
       {},
       {},
       {"chat.toml:2:1: \"ring_bytes\" in [hub] is 8192.5; expected an integer from 4096 to 1073741824 (bytes)"}},
      {"integer for a text", "[host]\nserver_id = 7\n", {}, {}, {"chat.toml:2:1: \"server_id\" in [host] is 7; expected a text"}},
      {"below",
       "[host]\ndrain_deadline_ms = -1\n",
       {},
       {},
       {"chat.toml:2:1: \"drain_deadline_ms\" in [host] is -1; expected an integer from 0 to 600000 (ms)"}},
      {"above",
       "[limits]\nroom_bytes = 129\n",
       {},
       {},
       {"chat.toml:2:1: \"room_bytes\" in [limits] is 129; expected an integer from 1 to 128 (bytes)"}},
      {"no choice",
       "[log]\nlevel = \"loud\"\n",
       {},
       {},
       {"chat.toml:2:1: \"level\" in [log] is \"loud\"; expected one of \"debug\", \"info\", \"warning\", \"error\""}},
      {"empty",
       "[broker]\nrooms_topic = \"\"\n",
       {},
       {},
       {"chat.toml:2:1: \"rooms_topic\" in [broker] is \"\"; expected a text, not empty"}},
      {"a date",
       "[host]\nserver_id = 1979-05-27\n",
       {},
       {},
       {"chat.toml:2:1: \"server_id\" in [host] is a date, which no key takes; write a text in quotes"}},
      {"a mixed list",
       "[hub]\nring_messages = [\"a\", 1]\n",
       {},
       {},
       {"chat.toml:2:1: \"ring_messages\" in [hub] has an integer in its list; expected texts in quotes"}},
      {"no port",
       "[host]\nlisten = \"8081\"\n",
       {},
       {},
       {"chat.toml:2:1: \"listen\" in [host]: \"8081\" has no port; expected host:port such as 0.0.0.0:8081, [::1]:8081 or "
        "localhost:0"}},
      {"no port, and SERVER_PORT cannot mend it",
       "[host]\nlisten = \"8081\"\n",
       {"SERVER_PORT=1"},
       {},
       {"chat.toml:2:1: \"listen\" in [host]: \"8081\" has no port; expected host:port such as 0.0.0.0:8081, [::1]:8081 or "
        "localhost:0"}},
      {"an empty address is one problem",
       "[host]\nlisten = \"\"\n",
       {},
       {},
       {"chat.toml:2:1: \"listen\" in [host] is \"\"; expected a text, not empty"}},
  });
}

TEST_CASE("wrong admin addresses") {
  check({
      {"no address",
       "",
       {"CHATD_ADMIN__LISTEN=8091"},
       {},
       {"environment CHATD_ADMIN__LISTEN: \"listen\" in [admin]: \"8091\" has no port; expected host:port such as 0.0.0.0:8081, "
        "[::1]:8081 or localhost:0, or \"\" for no admin service"}},
  });
  for (const auto* right : {"127.0.0.1:0", "127.1.2.3:8091", "[::1]:8091", "localhost:8091", ""})
    CHECK(problems_of("", {}, {std::string("admin.listen=") + right}).empty());
}

TEST_CASE("a drain deadline below the window") {
  check({
      {"given",
       "[host]\ndrain_deadline_ms = 200\n",
       {},
       {},
       {"chat.toml:2:1: \"drain_deadline_ms\" in [host] is 200, less than \"drain_window_ms\", which is 10000; give the streams "
        "at "
        "least as long to end as their ends are spread over"}},
      {"by default",
       "[host]\ndrain_window_ms = 30_001\n",
       {},
       {},
       {"chat.toml:2:1: \"drain_deadline_ms\" in [host] is 30000, less than \"drain_window_ms\", which is 30001; give the "
        "streams "
        "at least as long to end as their ends are spread over"}},
  });
  CHECK(problems_of("[host]\ndrain_deadline_ms = 200\ndrain_window_ms = 200\n").empty());
}

TEST_CASE("a secret that is no text is not shown") {
  check({{"a number",
          "[hub]\ntoken_key = 4711\n",
          {},
          {},
          {"chat.toml:2:1: \"token_key\" in [hub] is not a text; expected a text in quotes (not shown: it is secret)"}}});
}

TEST_CASE("wrong topics") {
  check({
      {"two given",
       "[broker]\nmessages_topic = \"a\"\nhosts_topic = \"a\"\n",
       {},
       {},
       {"chat.toml:3:1: \"messages_topic\" and \"hosts_topic\" in [broker] are both \"a\"; give each of the four topics a name "
        "of "
        "its own"}},
      {"one is another's default",
       "[broker]\nmessages_topic = \"chat-rooms\"\n",
       {},
       {},
       {"chat.toml:2:1: \"messages_topic\" and \"rooms_topic\" in [broker] are both \"chat-rooms\"; give each of the four topics "
        "a "
        "name of its own"}},
  });
}

TEST_CASE("wrong plugins") {
  check({
      {"not a list",
       "[plugins]\nload = \"memory\"\n[plugins.kafka]\nx = 1\n",
       {},
       {},
       {"chat.toml:2:1: \"load\" in [plugins] is \"memory\"; expected a list of texts such as [\"a\", \"b\"], not empty"}},
      {"a list of other things",
       "[plugins]\nload = [1]\n[plugins.kafka]\nx = 1\n",
       {},
       {},
       {"chat.toml:2:1: \"load\" in [plugins] has an integer in its list; expected texts in quotes"}},
      {"none",
       "[plugins]\nload = []\n",
       {},
       {},
       {"chat.toml:2:1: \"load\" in [plugins] is []; expected a list of texts such as [\"a\", \"b\"], not empty"}},
      {"twice, said once",
       "[plugins]\nload = [\"memory\", \"memory\", \"memory\"]\n",
       {},
       {},
       {"chat.toml:2:1: \"load\" in [plugins] names \"memory\" more than once; name it once"}},
      {"not an id",
       "[plugins]\nload = [\"memory\", \"../evil\"]\n",
       {},
       {},
       {"chat.toml:2:1: \"load\" in [plugins] names \"../evil\"; a plugin's id has only a-z, 0-9, \"_\" and \"-\""}},
      {"an empty id",
       "[plugins]\nload = [\"memory\", \"\"]\n",
       {},
       {},
       {"chat.toml:2:1: \"load\" in [plugins] names \"\"; a plugin's id has only a-z, 0-9, \"_\" and \"-\""}},
      {"a table for a mistyped one",
       "[plugins.memry]\npartitions = 2\n",
       {},
       {},
       {"chat.toml:1:10: [plugins.memry] is for a plugin that is not in plugins.load [\"memory\"]; did you mean \"memory\"?"}},
      {"a table for one not loaded",
       "[plugins.kafka]\nlinger_ms = 2\n",
       {},
       {},
       {"chat.toml:1:10: [plugins.kafka] is for a plugin that is not in plugins.load [\"memory\"]; add \"kafka\" there"}},
      {"a broker not loaded",
       "[broker]\nplugin = \"kafka\"\n",
       {},
       {},
       {"chat.toml:2:1: \"plugin\" in [broker] is \"kafka\", which is not in plugins.load [\"memory\"]; add \"kafka\" there"}},
      {"a mistyped broker",
       "[broker]\nplugin = \"memori\"\n",
       {},
       {},
       {"chat.toml:2:1: \"plugin\" in [broker] is \"memori\", which is not in plugins.load [\"memory\"]; did you mean "
        "\"memory\"?"}},
      {"the default broker not loaded",
       "[plugins]\nload = [\"kafka\"]\n",
       {},
       {},
       {"chat.toml:2:1: \"plugin\" in [broker] is \"memory\" by default, which is not in plugins.load [\"kafka\"]; add "
        "\"memory\" "
        "there"}},
      {"a key of [plugins] as a table",
       "[plugins.path]\nx = 1\n",
       {},
       {},
       {"chat.toml:1:10: \"path\" in [plugins] is a table; expected a list of texts such as [\"a\", \"b\"]"}},
  });
}

TEST_CASE("wrong environments") {
  check({
      {"unknown key",
       "",
       {"CHATD_HOST__LISTN=a:1"},
       {},
       {"environment CHATD_HOST__LISTN: unknown key \"listn\" in [host]; did you mean \"listen\"?"}},
      {"unknown table",
       "",
       {"CHATD_HOTS__LISTEN=a:1"},
       {},
       {"environment CHATD_HOTS__LISTEN: unknown table [hots]; did you mean [host]?"}},
      {"one underscore",
       "",
       {"CHATD_HOST_LISTEN=a:1"},
       {},
       {"environment CHATD_HOST_LISTEN: sets nothing; did you mean CHATD_HOST__LISTEN?"}},
      {"no key",
       "",
       {"CHATD_LOG__=x"},
       {},
       {"environment CHATD_LOG__: unknown key \"\" in [log]; its keys are \"level\", \"levels\", \"format\""}},
      {"not an integer",
       "",
       {"CHATD_HUB__RING_MESSAGES=many"},
       {},
       {"environment CHATD_HUB__RING_MESSAGES: \"ring_messages\" in [hub] is \"many\"; expected an integer from 1 to 1048576 "
        "(messages)"}},
      {"a plugin not loaded",
       "",
       {"CHATD_PLUGINS__KAFKA__LINGER_MS=1"},
       {},
       {"environment CHATD_PLUGINS__KAFKA__LINGER_MS: [plugins.kafka] is for a plugin that is not in plugins.load [\"memory\"]; "
        "add \"kafka\" there"}},
      {"not a port",
       "",
       {"SERVER_PORT=80x"},
       {},
       {"environment SERVER_PORT: \"80x\" is not a port; expected a number from 0 to 65535"}},
      {"not an address",
       "",
       {"CHATD_HOST__LISTEN=::1:80"},
       {},
       {"environment CHATD_HOST__LISTEN: \"listen\" in [host]: \"::1:80\" has more than one colon: an IPv6 address stands in "
        "brackets; expected host:port such as 0.0.0.0:8081, [::1]:8081 or localhost:0"}},
  });
}

TEST_CASE("wrong --set") {
  check({
      {"no value",
       "",
       {},
       {"host.listen"},
       {"--set host.listen: has no value; expected table.key=value such as host.listen=127.0.0.1:0"}},
      {"no table",
       "",
       {},
       {"listen=a:1"},
       {"--set listen: has no table; expected table.key=value such as host.listen=127.0.0.1:0"}},
      {"unknown table", "", {}, {"hst.listen=a:1"}, {"--set hst.listen: unknown table [hst]; did you mean [host]?"}},
      {"unknown key",
       "",
       {},
       {"host.listne=a:1"},
       {"--set host.listne: unknown key \"listne\" in [host]; did you mean \"listen\"?"}},
      {"a dot too many",
       "",
       {},
       {"log.level.x=1"},
       {"--set log.level.x: unknown key \"level.x\" in [log]; did you mean \"level\"?"}},
      {"out of bounds",
       "",
       {},
       {"limits.room_bytes=0"},
       {"--set limits.room_bytes: \"room_bytes\" in [limits] is \"0\"; expected an integer from 1 to 128 (bytes)"}},
      {"a plugin not loaded",
       "",
       {},
       {"plugins.memry.partitions=4"},
       {"--set plugins.memry.partitions: [plugins.memry] is for a plugin that is not in plugins.load [\"memory\"]; did you mean "
        "\"memory\"?"}},
  });
}

TEST_CASE("all problems come at once, down the file and then the rest") {
  CHECK(
      problems_of("[log]\nlevel = \"loud\"\n"
                  "[hots]\n"
                  "[host]\nlistn = 1\nlisten = \"x\"\n"
                  "[plugins.kafka]\n"
                  "[broker]\nplugin = \"kafka\"\n",
                  {"CHATD_LOGS__LEVEL=info", "CHATD_HUB__RING_BYTES=1"}, {"limits"}) ==
      Texts{"chat.toml:2:1: \"level\" in [log] is \"loud\"; expected one of \"debug\", \"info\", \"warning\", \"error\"",
            "chat.toml:3:2: unknown table [hots]; did you mean [host]?",
            "chat.toml:5:1: unknown key \"listn\" in [host]; did you mean \"listen\"?",
            "chat.toml:6:1: \"listen\" in [host]: \"x\" has no port; expected host:port such as 0.0.0.0:8081, [::1]:8081 or "
            "localhost:0",
            "chat.toml:7:10: [plugins.kafka] is for a plugin that is not in plugins.load [\"memory\"]; add \"kafka\" there",
            "chat.toml:9:1: \"plugin\" in [broker] is \"kafka\", which is not in plugins.load [\"memory\"]; add \"kafka\" there",
            "environment CHATD_LOGS__LEVEL: unknown table [logs]; did you mean [log]?",
            "environment CHATD_HUB__RING_BYTES: \"ring_bytes\" in [hub] is \"1\"; expected an integer from 4096 to 1073741824 "
            "(bytes)",
            "--set limits: has no value; expected table.key=value such as host.listen=127.0.0.1:0"});
}
