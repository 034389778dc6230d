// Hosts whose plugins cannot be loaded, do not start, hang or throw; and what of that is the operator's to allow.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "caller.hpp"
#include "catch.hpp"
#include "files.hpp"
#include "host_process.hpp"
#include "page.hpp"

using namespace chatd::testing;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::vector<std::string> settings(const TempFolder& folder, const std::string& load, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"plugins.path=" + folder.path().string(), "plugins.load=" + load};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::string> arguments(const std::vector<std::string>& settings) {
  std::vector<std::string> all{"--set", "host.listen=127.0.0.1:0", "--set", "admin.listen="};
  for (const auto& one : settings) all.insert(all.end(), {"--set", one});
  return all;
}

}  // namespace

TEST_CASE("a host serves without optional plugins that are refused or do not start, and says so") {
  const TempFolder folder;
  fill(folder.path(), {}, {"wrong_magic", "start_fails", "hangs_in_start", "throws_in_start"});
  HostProcess host(
      {.set = settings(folder, "wrong_magic,start_fails,prometheus,hangs_in_start,throws_in_start,identity,memory",
                       {"plugins.wrong_magic.required=false", "plugins.start_fails.required=false",
                        "plugins.hangs_in_start.required=false", "plugins.throws_in_start.required=false",
                        "plugins.start_timeout_ms=300", "admin.listen=127.0.0.1:0", "plugins.prometheus.listen=127.0.0.1:0"})});
  CHECK(host.says("the host serves without an optional plugin: plugin \"wrong_magic\""));
  CHECK(host.says("the host serves without an optional plugin: plugin \"start_fails\" did not start: too tired to start"));
  CHECK(host.says("plugin \"hangs_in_start\" did not start: it has not come back from start within 300 ms"));
  CHECK(host.says("plugin \"throws_in_start\" did not start: it throws \"no more of this\""));
  CHECK(host.says("serving"));

  const auto log = host.log();
  const std::string before = "admin service on ";
  const auto at = log.find(before) + before.size();
  const auto listed = run_chatd({"admin", "plugins", "--admin", log.substr(at, log.find('\n', at) - at)});
  INFO(listed.out << listed.err);
  CHECK(listed.status == 0);
  CHECK(has(listed.out, "absent: plugin \"start_fails\" did not start: too tired to start"));
  CHECK(has(listed.out, "absent: plugin \"wrong_magic\""));

  const auto page = get(host, "/metrics").body;
  INFO(page);
  CHECK(has(page, "\nchatd_plugin_up{plugin=\"wrong_magic\"} 0\n"));
  CHECK(has(page, "\nchatd_plugin_up{plugin=\"hangs_in_start\"} 0\n"));
  CHECK(has(page, "\nchatd_plugin_up{plugin=\"memory\"} 1\n"));
  CHECK(has(page, "\nchatd_ready{condition=\"plugins\"} 1\n"));
  const auto ready = get(host, "/readyz");
  CHECK(ready.status == 200);
  CHECK(has(ready.body,
            R"({"name":"plugins","met":true,"text":"without wrong_magic, start_fails, hangs_in_start, throws_in_start"})"));
  host.signal(SIGTERM);
  CHECK(host.wait() == 0);
}

TEST_CASE("a required plugin that does not start ends the start with 1") {
  const TempFolder folder;
  fill(folder.path(), {}, {"hangs_in_start", "throws_in_start"});
  const auto hangs = run_chatd(arguments(settings(folder, "memory,hangs_in_start", {"plugins.start_timeout_ms=100"})));
  INFO(hangs.err);
  CHECK(hangs.status == 1);
  CHECK(has(hangs.err, "plugin \"hangs_in_start\" did not start: it has not come back from start within 100 ms"));
  const auto throws = run_chatd(arguments(settings(folder, "memory,throws_in_start")));
  CHECK(throws.status == 1);
  CHECK(has(throws.err, "plugin \"throws_in_start\" did not start: it throws \"no more of this\""));
}

TEST_CASE("a plugin that hangs at the end does not keep the host") {
  const TempFolder folder;
  fill(folder.path(), {}, {"hangs_in_stop", "hangs_in_drain"});
  HostProcess host({.set = settings(folder, "memory,hangs_in_stop,hangs_in_drain",
                                    {"host.drain_window_ms=0", "host.drain_deadline_ms=0", "plugins.stop_timeout_ms=100"})});
  host.signal(SIGTERM);
  CHECK(host.wait() == 0);
  CHECK(has(host.log(), "plugin \"hangs_in_drain\" did not drain: it has not come back from drain within 100 ms"));
  CHECK(has(host.log(), "it has not come back from stop within 100 ms; the host ends without it"));
}

TEST_CASE("a plugin out of which an exception escapes is named before the host ends") {
  const TempFolder folder;
  fill(folder.path(), {}, {"filter_throws"});
  HostProcess host({.set = settings(folder, "memory,filter_throws")});
  chat::Message message;
  message.set_id("alice");
  message.set_content("hello");
  CHECK_FALSE(publish_as(host.address(), {}, message).ok());
  CHECK(host.wait() == 128 + SIGABRT);
  CHECK(has(host.log(), "chatd: plugin \"filter_throws\" ("));
  CHECK(has(host.log(), "): \"the fuse is blown\" was thrown and not caught; that ends the host"));
}

TEST_CASE("what no host can do without is required") {
  const auto check = [](const std::string& load, const std::string& key) {
    return run_chatd({"check", "--set", "plugins.load=" + load, "--set", key});
  };
  const auto broker = check("memory", "plugins.memory.required=false");
  CHECK(broker.status == 2);
  CHECK(has(broker.err, "--set plugins.memory.required: \"required\" in [plugins.memory] is false, and that is the broker;"));
  const auto identity = check("memory,identity", "plugins.identity.required=false");
  CHECK(identity.status == 2);
  CHECK(has(identity.err, "\"required\" in [plugins.identity] is false, and that plugin says who clients are;"));
  CHECK(check("memory,prometheus", "plugins.prometheus.required=false").status == 0);
  const auto misspelt = check("memory,prometheus", "plugins.prometheus.requird=false");
  CHECK(misspelt.status == 2);
  CHECK(has(misspelt.err, "unknown key \"requird\" in [plugins.prometheus]; did you mean \"required\"?"));
  const auto other = check("memory,prometheus", "plugins.prometheus.required=maybe");
  CHECK(other.status == 2);
  CHECK(has(other.err, "\"required\" in [plugins.prometheus] is \"maybe\"; expected true or false"));
}

// It might be the one that asks everybody who they are.
TEST_CASE("a plugin that is not there is not done without while nobody says who clients are") {
  const auto check = [](const std::string& load) {
    return run_chatd({"check", "--set", "plugins.load=" + load, "--set", "plugins.ghost.required=false"});
  };
  const auto alone = check("memory,ghost");
  CHECK(alone.status == 2);
  CHECK(has(alone.err, "\"required\" in [plugins.ghost] is false, but no other plugin says who clients are"));
  const auto beside = check("memory,ghost,identity");
  INFO(beside.err);
  CHECK(beside.status == 0);
  CHECK(has(beside.err, "chatd: a host would serve without an optional plugin: plugin \"ghost\""));
}
