// chatd plugin-check: what it prints and how it ends.
#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "files.hpp"
#include "host_process.hpp"
#include "patient.hpp"

using namespace chatd::testing;

namespace {

using Arguments = std::vector<std::string>;

Finished check(const std::string& file, Arguments more) {
  Arguments arguments{"plugin-check", file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_patiently(arguments);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

// Rows whose columns are two spaces apart, however wide they are.
std::string narrow(std::string rows) {
  for (auto at = rows.find("   "); at != rows.npos; at = rows.find("   ", at)) rows.erase(at, 1);
  return rows;
}

struct Broken {
  std::string fault;
  std::string name;  // of the case
  std::string why;
  std::string limit_s = "40";  // what hangs needs no long one
};

const std::vector<Broken> broken{
    {"loses_records", "broker/earliest", "not delivered"},
    {"repeats_records", "broker/every-subscriber", "delivered twice"},
    {"answers_twice", "broker/answered-once", "was answered 2 times"},
    {"never_answers", "broker/drain-answers", "no answer"},
    {"swaps_order", "broker/order-per-key", "out of order"},
    {"delivers_after_unsubscribe", "broker/unsubscribed-silent", "its subscription was destroyed"},
    {"wrong_position", "broker/answer-position", "was answered position"},
    {"leaks_a_thread", "broker/threads-joined", "a thread was left"},
    {"hangs_in_second_stop", "broker/stop-twice", "it hung: not over within 2000 ms", "2"},
    {"slow_sink_blocks", "broker/slow-sink", "it hung: not over within 3000 ms", "3"},
    {"starts_twice", "broker/started-first", "started was called 2 times"},
    {"drops_headers", "broker/round-trip", "with another key or headers"},
    {"reads_past_the_end", "broker/read-out-of-range", "succeeded, expected OUT_OF_RANGE"},
    {"accepts_after_drain", "broker/refuses-after-drain", "after drain was accepted"},
    {"crashes_in_extents", "broker/extents", "it crashed: signal 6 in extents"},
    {"since_is_latest", "broker/since", "not delivered"},
    {"since_passes_equals", "broker/since-equal-times", "delivered"},
    {"since_trusts_order", "broker/since-times-go-back", "delivered"},
    {"since_repeats_first", "broker/since", "delivered twice"},
    {"since_drops_first", "broker/since", "not delivered"},
    {"finds_in_any_order", "broker/find", "find is not by partition number"},
    {"finds_unknown_topics", "broker/find-not-found", "success, expected NOT_FOUND"},
    {"finds_without_an_end", "broker/find", ":-1, expected offset"},
    {"waits_beyond_deadline", "broker/find-deadline", "it hung: not over within 2000 ms", "2"},
};

}  // namespace

TEST_CASE("plugin-check passes for memory, with all suites that apply") {
  const auto checked =
      check(our_plugin("memory"), {"--small-queue", "queue_messages=8", "--small-queue", "inject_latency_ms=20"});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 0);
  CHECK(checked.out.starts_with("memory 0.1.0 (" + our_plugin("memory") + "): broker\n\n"));
  CHECK(has(narrow(checked.out), "\nplugin  option-keys  held\n"));
  CHECK(has(narrow(checked.out), "\nplugin  failed-start  not applicable  give it by --failing KEY=VALUE\n"));
  CHECK(has(narrow(checked.out), "\nbroker  full-queue  held\n"));
  CHECK(has(narrow(checked.out), "\nbroker  shared-log  not applicable  the broker does not claim to be shared\n"));
  CHECK(has(checked.out, " held, 0 broken, 3 not applicable\n"));
}

TEST_CASE("plugin-check looks at everything that a plugin is") {
  const TempFolder folder;
  const auto config = (folder.path() / "chat.toml").string();
  std::ofstream(config) << "[plugins.prometheus]\nlisten = \"127.0.0.1:0\"\n";
  const auto exporter = check(our_plugin("prometheus"), {"--config", config});
  INFO(exporter.out << exporter.err);
  CHECK(exporter.status == 0);
  CHECK(has(exporter.out, "prometheus.so): metrics exporter\n"));
  CHECK(has(exporter.out, "exporter  histogram"));

  const auto identity = check(our_plugin("identity"), {"--case", "presence/join", "--case", "authenticator/open"});
  INFO(identity.out << identity.err);
  CHECK(identity.status == 0);
  CHECK(has(identity.out, "identity.so): authenticator, presence store\n"));
  CHECK(has(identity.out, "\n2 held, 0 broken, 0 not applicable\n"));
}

TEST_CASE("plugin-check shows an authenticator what is in files, and prints none of it") {
  const TempFolder folder;
  const auto put = [&](const std::string& name, std::string_view text) {
    const auto file = (folder.path() / name).string();
    std::ofstream(file) << text;
    return file;
  };
  const auto config = put("chat.toml", "[plugins.identity]\nmodes = [\"jwt\"]\njwt_algorithms = [\"HS256\"]\njwt_keys = \"" +
                                           (folder.path() / "key.secret").string() + "\"\n");
  put("key.secret", std::string(32, 's'));
  const std::string token =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6MTgwMDAwMDEwMH0.0o_5WNxz_4VLppqiK4QYxcUqoqo4YKXMQqfIhZh4SCg";
  const auto checked =
      check(our_plugin("identity"), {"--config", config, "--good", put("good", "Bearer " + token + "\n"), "--bad",
                                     put("bad", "Bearer " + token.substr(0, token.size() - 1) + "A\n"), "--foreign",
                                     put("foreign", "Basic YWxpY2U6cHc=\n"), "--case", "accepts", "--case", "refuses", "--case",
                                     "abstains", "--case", "denies", "--case", "secrets"});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 0);
  CHECK(has(checked.out, "\n5 held, 0 broken, 0 not applicable\n"));
  CHECK_FALSE(has(checked.out, token));
}

TEST_CASE("plugin-check fails for each broken broker in the line of what is broken") {
  for (const auto& one : broken) {
    const auto checked = check(bad_plugin("bent_broker"),
                               {"--set", "plugins.bent_broker.partitions=2", "--set", "plugins.bent_broker.fault=" + one.fault,
                                "--case", one.name, "--limit-s", one.limit_s, "--patience-ms", "1000"});
    INFO(one.fault << ": " << checked.out << checked.err);
    CHECK(checked.status == 1);
    const auto slash = one.name.find('/');
    const auto line = checked.out.find("\n" + one.name.substr(0, slash) + "  " + one.name.substr(slash + 1) + " ");
    REQUIRE(line != std::string::npos);
    const auto row = checked.out.substr(line + 1, checked.out.find('\n', line + 1) - line - 1);
    CHECK(has(row, "  BROKEN          "));
    CHECK(has(row, one.why));
    CHECK(has(checked.out, "\n0 held, 1 broken, 0 not applicable\n"));
  }
}

TEST_CASE("plugin-check says in JSON what it says in rows") {
  const auto checked = check(bad_plugin("bent_broker"), {"--set", "plugins.bent_broker.fault=crashes_in_extents", "--case",
                                                         "extents", "--case", "stop-without-start", "--json"});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 1);
  CHECK(checked.out.starts_with(R"({"id":"bent_broker","version":"1.0.0","file":")"));
  CHECK(has(checked.out, R"("kinds":["broker"],"cases":[{"suite":"plugin","name":"stop-without-start",)"));
  CHECK(has(checked.out, R"("outcome":"held","text":""})"));
  CHECK(has(checked.out, R"("outcome":"broken","text":"it crashed: signal 6 in extents"})"));
  CHECK(has(checked.out, R"("held":2,"broken":1,"not_applicable":0})"));
  CHECK(std::ranges::count(checked.out, '\n') == 1);
}

TEST_CASE("plugin-check ends with 2 when it was asked for what it cannot do") {
  const auto wrong = check(our_plugin("memory"), {"--set", "plugins.memory.partitions=0"});
  CHECK(wrong.status == 2);
  CHECK(has(wrong.err, "--set plugins.memory.partitions: "));
  const auto no_case = check(our_plugin("memory"), {"--case", "stop-twise"});
  CHECK(no_case.status == 2);
  CHECK(has(no_case.err, "there is no case \"stop-twise\" for this plugin; did you mean \"stop-twice\"?"));
  CHECK(check(our_plugin("memory"), {"--config", "/no/such/chat.toml"}).status == 2);
  CHECK(check(our_plugin("memory"), {"--small-queue", "eight"}).status == 2);
  CHECK(check(our_plugin("memory"), {"--good", "/no/such/file"}).status == 2);
  CHECK(run_chatd({"plugin-check"}).status == 2);
}

TEST_CASE("plugin-check tells what became of a plugin that cannot even be looked at") {
  const auto thrown = check(bad_plugin("constructor_throws"), {});
  CHECK(thrown.status == 1);
  CHECK(has(thrown.err, "its constructor failed: the flux is not with us"));
  const auto missing = check(our_plugin("memroy"), {});
  CHECK(missing.status == 1);
  CHECK(has(missing.err, "did you mean \"memory\"?"));
}
