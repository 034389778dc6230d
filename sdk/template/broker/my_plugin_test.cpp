// my-plugin, held to every promise of sdk::Broker: a line for each that is broken, and how many were kept.
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/testing/broker_suite.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public BrokerFactory {
 public:
  std::unique_ptr<Plugin> make() override {
    std::array<char, 256> error{};
    std::unique_ptr<Plugin> plugin(static_cast<Plugin*>(chatd_plugin.create(error.data(), error.size())));
    if (!plugin) throw std::runtime_error(error.data());
    // Its table in chat.toml; entries of your own go here.
    const auto problems = plugin->configure({"plugins.my-plugin", {"test", 0, 0}, {}});
    if (!problems.empty()) throw std::runtime_error(problems.front().str());
    return plugin;
  }
};

}  // namespace

int main() {
  Factory factory;
  int kept = 0, broken = 0;
  for (const auto& broker_case : broker_cases()) {
    // In a process of its own: what hangs or crashes breaks its case and nothing else.
    const auto verdict = run_guarded(broker_case, factory, std::chrono::seconds(30));
    kept += verdict.outcome == Outcome::held;
    if (verdict.outcome != Outcome::broken) continue;
    ++broken;
    std::printf("broken: %s\n  %s\n", std::string(broker_case.promise).c_str(), verdict.text.c_str());
  }
  std::printf("%d promises kept, %d broken\n", kept, broken);
  return broken == 0 ? 0 : 1;
}
