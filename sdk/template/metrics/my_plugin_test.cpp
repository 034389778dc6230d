// my-plugin: what it writes, and that it ends.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <unistd.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/metrics.hpp"
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

// A host's metrics, which are always these.
class FixedMetrics final : public Metrics {
 public:
  Counter& counter(std::string_view, std::string_view, const Labels&) override { return counter_; }
  Gauge& gauge(std::string_view, std::string_view, const Labels&) override { return gauge_; }
  Histogram& histogram(std::string_view, std::string_view, std::span<const double>, const Labels&) override { return histogram_; }
  void add(MetricSource&) override {}
  void remove(MetricSource&) noexcept override {}
  std::vector<MetricFamily> snapshot() override {
    return {{"chatd_streams", "Streams", MetricKind::gauge, {}, {{{}, 7, {}, 0}}},
            {"chatd_publishes_total", "Publishes", MetricKind::counter, {}, {{{{"code", "OK"}}, 12, {}, 0}}},
            {"chatd_publish_seconds", "Publishes", MetricKind::histogram, {0.1}, {{{}, 0, {2, 1}, 0.5}}}};
  }

 private:
  Counter counter_;
  Gauge gauge_;
  Histogram histogram_{Histogram::seconds};
};

}  // namespace

int main() {
  const auto file = std::filesystem::temp_directory_path() / ("my-plugin-" + std::to_string(getpid()) + ".txt");
  std::array<char, 256> error{};
  const std::unique_ptr<Plugin> plugin(static_cast<Plugin*>(chatd_plugin.create(error.data(), error.size())));
  if (!plugin) return std::printf("broken: create: %s\n", error.data()), 1;
  const auto problems = plugin->configure({"plugins.my-plugin", {"test", 1, 1}, {{"file", file.string(), {"test", 2, 1}}}});
  expect(problems.empty(), "a right configuration has no problem");
  expect(plugin->metrics_exporter()->address().empty(), "it is nowhere before start");

  RecordingLogger log;
  ManualClock clock;
  FixedMetrics metrics;
  expect(!plugin->start({log, clock, "host-1"}).has_value(), "a host without metrics is an error");
  expect(plugin->start({log, clock, "host-1", &metrics}).has_value(), "it starts");
  expect(plugin->metrics_exporter()->address() == file.string(), "it says where it writes");
  plugin->stop();
  expect(plugin->metrics_exporter()->address().empty(), "it is nowhere after stop");

  std::ifstream in(file);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  expect(content ==
             "chatd_streams 7\nchatd_publishes_total{code=\"OK\"} 12\nchatd_publish_seconds_count 3\nchatd_publish_seconds_sum "
             "0.5\n",
         "the file has a line for each value");
  std::filesystem::remove(file);
  std::printf("%d promises broken\n", broken);
  return broken == 0 ? 0 : 1;
}
