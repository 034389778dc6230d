// my-plugin, held to every promise of sdk::Plugin and sdk::MetricsExporter: a line for each that is broken, and how many were
// kept.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/testing/exporter_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public ExporterFactory {
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
    return {
        "plugins.my-plugin", {"test", 1, 1}, {{"file", file_, {"test", 2, 1}}, {"every_ms", std::int64_t{100}, {"test", 3, 1}}}};
  }

  // What it writes next.
  Result<std::string> page(std::string_view address) override {
    const std::filesystem::path file(address);
    std::filesystem::remove(file);
    for (const auto end = std::chrono::steady_clock::now() + patience(); !std::filesystem::exists(file);) {
      if (std::chrono::steady_clock::now() > end) return fail(Code::unavailable, "nothing is written any more");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::chrono::milliseconds patience() const override { return std::chrono::seconds(2); }

 private:
  const std::string file_ =
      (std::filesystem::temp_directory_path() / ("my-plugin-" + std::to_string(getpid()) + ".txt")).string();
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
  hold_to(exporter_cases(), factory);
  std::printf("%d promises kept, %d broken\n", kept, broken);
  return broken == 0 ? 0 : 1;
}
