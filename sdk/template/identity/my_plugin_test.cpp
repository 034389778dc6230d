// my-plugin, held to every promise of sdk::Plugin and sdk::Authenticator: a line for each that is broken, and how many were kept.
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/testing/authenticator_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public AuthenticatorFactory {
 public:
  std::unique_ptr<Plugin> make_bare() override {
    std::array<char, 256> error{};
    std::unique_ptr<Plugin> plugin(static_cast<Plugin*>(chatd_plugin.create(error.data(), error.size())));
    if (!plugin) throw std::runtime_error(error.data());
    return plugin;
  }
  std::unique_ptr<Plugin> make() override {
    auto plugin = make_bare();
    if (const auto problems = plugin->configure(section()); !problems.empty()) throw std::runtime_error(problems.front().str());
    return plugin;
  }
  // Its table in chat.toml.
  Section section() const override {
    const std::vector<std::string> tokens{"alice:correct-horse-battery"};
    return {"plugins.my-plugin", {"test", 1, 1}, {{"tokens", tokens, {"test", 2, 1}}}};
  }

  std::optional<Shown> good() override { return Shown{"Bearer", "correct-horse-battery", {}}; }
  std::optional<Shown> bad() override { return Shown{"Bearer", "correct-horse-batterx", {}}; }
  std::optional<Shown> foreign() override { return Shown{"Basic", "YWxpY2U6c2VjcmV0", {}}; }
};

int kept = 0, broken = 0;

template <class Cases>
void hold_to(const Cases& cases, Factory& factory) {
  for (const auto& one : cases) {
    // In a process of its own: what hangs or crashes breaks its case and nothing else.
    const auto verdict = run_guarded(one, factory, std::chrono::seconds(30));
    kept += verdict.outcome == Outcome::held;
    if (verdict.outcome != Outcome::broken) continue;
    ++broken;
    std::printf("broken: %s\n  %s\n", std::string(one.promise).c_str(), verdict.text.c_str());
  }
}

}  // namespace

int main() {
  Factory factory;
  hold_to(plugin_cases(), factory);
  hold_to(authenticator_cases(), factory);
  std::printf("%d promises kept, %d broken\n", kept, broken);
  return broken == 0 ? 0 : 1;
}
