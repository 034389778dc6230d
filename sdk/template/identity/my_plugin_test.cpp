// my-plugin: who shows what is let in, and may do what.
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/testing/fakes.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

int broken = 0;

void expect(bool held, std::string_view promise) {
  if (held) return;
  ++broken;
  std::printf("broken: %s\n", std::string(promise).c_str());
}

Found ask(Plugin& plugin, std::string_view scheme, std::string_view value) {
  RecordingVerdict verdict;
  plugin.authenticator()->authenticate({scheme, value, {}}, verdict);
  auto found = verdict.wait(std::chrono::steady_clock::now() + std::chrono::seconds(10));
  if (!found) return fail(Code::deadline_exceeded, "no verdict within 10 s");
  return *std::move(found);
}

bool refused(const Found& found, Code code) { return !found && found.error().code == code; }

}  // namespace

int main() {
  std::array<char, 256> error{};
  const std::unique_ptr<Plugin> plugin(static_cast<Plugin*>(chatd_plugin.create(error.data(), error.size())));
  if (!plugin) return std::printf("broken: create: %s\n", error.data()), 1;

  const auto configure = [&](std::vector<std::string> tokens) {
    return plugin->configure({"plugins.my-plugin", {"test", 1, 1}, {{"tokens", std::move(tokens), {"test", 2, 1}}}});
  };
  expect(configure({"alice:short"}).size() == 1, "a token that is too short is a problem");
  expect(configure({"alice:correct-horse-battery"}).empty(), "a right configuration has no problem");

  RecordingLogger log;
  ManualClock clock;
  expect(refused(ask(*plugin, "Bearer", "correct-horse-battery"), Code::unavailable), "nobody is let in before start");
  expect(plugin->start({log, clock, "host-1"}).has_value(), "it starts");

  const auto alice = ask(*plugin, "Bearer", "correct-horse-battery");
  expect(alice && *alice && (*alice)->user_id == "alice", "who shows a token is who it belongs to");
  expect(refused(ask(*plugin, "Bearer", "correct-horse-batterx"), Code::unauthenticated), "another token is refused");
  const auto nothing = ask(*plugin, "", "");
  expect(nothing && !*nothing, "it abstains where no token is shown");
  if (alice && *alice) {
    expect(plugin->authenticator()->authorize(**alice, Action::publish, "").has_value(), "she may publish in the lobby");
    expect(!plugin->authenticator()->authorize(**alice, Action::admin, "").has_value(), "she may not administer");
  }
  plugin->stop();
  expect(refused(ask(*plugin, "Bearer", "correct-horse-battery"), Code::unavailable), "nobody is let in after stop");
  std::printf("%d promises broken\n", broken);
  return broken == 0 ? 0 : 1;
}
