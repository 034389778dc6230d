// my-plugin, held to every promise of sdk::Plugin and sdk::MetricsExporter: a line for each that is broken, and how many were
// kept.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

#include "chatd/sdk/testing/exporter_suite.hpp"
#include "chatd/sdk/testing/plugin_suite.hpp"
#include "chatd/sdk/testing/runner.hpp"

extern "C" const ChatdPlugin chatd_plugin;

namespace {

using namespace chatd::sdk;
using namespace chatd::sdk::testing;

class Factory final : public ExporterFactory {
 public:
  // Its table in chat.toml.
  Section section() const override {
    return {
        "plugins.my-plugin", {"test", 1, 1}, {{"file", file_, {"test", 2, 1}}, {"every_ms", std::int64_t{100}, {"test", 3, 1}}}};
  }
  std::unique_ptr<Plugin> make() override { return configured(chatd_plugin, section()); }
  std::unique_ptr<Plugin> make_bare() override { return created(chatd_plugin); }

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

}  // namespace

int main() {
  Factory factory;
  return summary({hold_to(plugin_cases(), factory), hold_to(exporter_cases(), factory)});
}
