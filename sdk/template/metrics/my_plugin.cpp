// my-plugin: writes all metrics of the host to a file, again and again, for whoever collects such files.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/metrics.hpp"

namespace {

using namespace chatd::sdk;

struct Options {
  std::string file = "metrics.txt";
  std::int64_t every_ms = 10'000;
};

const OptionList<Options>& option_list() {
  static const OptionList<Options> list{
      {"file", &Options::file, "", not_empty(), "Where to; replaced as a whole each time."},
      {"every_ms", &Options::every_ms, "ms", between(100, 3'600'000), "How often; and once more when the host stops."}};
  return list;
}

// As the text format of Prometheus has it: \\, \" and \n.
std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

// "{code=\"OK\"}", with `more` at the end; empty for none.
std::string written(const Labels& labels, const std::string& more = {}) {
  std::string out;
  for (const auto& [name, value] : labels) out += text(out.empty() ? "{" : ",", name, "=\"", escaped(value), '"');
  if (!more.empty()) out += text(out.empty() ? "{" : ",", more);
  return out.empty() ? out : out + '}';
}

// "chatd_streams 7"; of a histogram how many lay at or below each bound, how many there were, and their sum.
void write(std::ostream& out, const MetricFamily& family) {
  for (const auto& sample : family.samples) {
    const auto labels = written(sample.labels);
    if (family.kind != MetricKind::histogram) {
      out << family.name << labels << ' ' << text(sample.value) << '\n';
      continue;
    }
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < sample.counts.size(); ++i) {
      count += sample.counts[i];
      const auto bound = i < family.bounds.size() ? text(family.bounds[i]) : "+Inf";
      out << family.name << "_bucket" << written(sample.labels, text("le=\"", bound, '"')) << ' ' << count << '\n';
    }
    out << family.name << "_count" << labels << ' ' << count << '\n';
    out << family.name << "_sum" << labels << ' ' << text(sample.sum) << '\n';
  }
}

class MyPlugin final : public Plugin, public MetricsExporter {
 public:
  ~MyPlugin() override { MyPlugin::stop(); }

  std::span<const OptionInfo> options() const noexcept override { return option_list().infos(); }
  Problems configure(const Section& section) noexcept override { return option_list().read(section, options_); }
  Result<> start(const Context& context) noexcept override {
    if (!write_all(context.metrics))
      return fail(Code::failed_precondition,
                  text("my-plugin: file = \"", options_.file, "\" cannot be written; name another one"));
    thread_ = std::jthread(
        [this, metrics = context.metrics, &log = context.log](const std::stop_token& stop) { run(metrics, log, stop); });
    return {};
  }
  Result<> drain(Deadline) noexcept override { return {}; }
  void stop() noexcept override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  MetricsExporter* metrics_exporter() noexcept override { return this; }
  std::string address() const override { return thread_.joinable() ? options_.file : std::string(); }

 private:
  // Into a file beside it, which then takes its name: no reader sees half of one.
  // Of a host without metrics it has no line.
  [[nodiscard]] bool write_all(Metrics* metrics) const {
    const std::string beside = options_.file + ".new";
    std::ofstream out(beside, std::ios::trunc);
    if (metrics) {
      for (const auto& family : metrics->snapshot()) write(out, family);
    }
    out.close();
    return out && std::rename(beside.c_str(), options_.file.c_str()) == 0;
  }

  void run(Metrics* metrics, Logger& log, const std::stop_token& stop) const {
    std::mutex mutex;
    std::condition_variable_any ended;
    bool written = true;
    while (!stop.stop_requested()) {
      std::unique_lock lock(mutex);
      (void)ended.wait_for(lock, stop, std::chrono::milliseconds(options_.every_ms), [] { return false; });
      if (const bool now = write_all(metrics); now != written) {
        written = now;
        if (!now) log.error("\"", options_.file, "\" cannot be written");
      }
    }
  }

  Options options_;
  std::jthread thread_;
};

}  // namespace

CHATD_PLUGIN(MyPlugin, "my-plugin", "0.1.0")
