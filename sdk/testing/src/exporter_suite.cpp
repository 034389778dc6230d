#include "chatd/sdk/testing/exporter_suite.hpp"

#include <array>
#include <atomic>

#include "chatd/sdk/testing/metrics.hpp"
#include "http.hpp"
#include "stage.hpp"

namespace chatd::sdk::testing {

namespace {

// Says something new each time.
class Counting final : public MetricSource {
 public:
  void collect(MetricSink& sink) noexcept override {
    sink.gauge("chatd_conformance_asked", "How often it was asked.", static_cast<double>(++times));
  }
  std::atomic<int> times = 0;
};

// A stage whose plugin shows instruments of a host.
class Window {
 public:
  explicit Window(ExporterFactory& factory)
      : factory_(factory), stage_(factory, nullptr, &metrics_), exporter_(stage_.plugin().metrics_exporter()) {
    expect(exporter_ != nullptr, "metrics_exporter() is null: the plugin shows no metrics");
    metrics_.add(source_);
  }

  [[nodiscard]] TestMetrics& metrics() { return metrics_; }
  [[nodiscard]] Counting& source() { return source_; }
  [[nodiscard]] Stage& stage() { return stage_; }
  [[nodiscard]] std::string address() const { return exporter_->address(); }
  [[nodiscard]] Result<std::string> try_page(const std::string& address) {
    stage_.step("fetch the page");
    return factory_.page(address);
  }
  [[nodiscard]] std::string page() {
    const auto where = address();
    expect(!where.empty(), "the address is empty after start");
    auto page = try_page(where);
    expect(page.has_value(), "the page cannot be fetched: ", page ? "" : str(page.error()));
    return *std::move(page);
  }

 private:
  ExporterFactory& factory_;
  TestMetrics metrics_;
  Counting source_;
  Stage stage_;
  MetricsExporter* exporter_;
};

void expect_shown(const std::string& page, std::string_view what, std::string_view kind) {
  expect(page.find(what) != page.npos, "the page of ", page.size(), " bytes does not show \"", what, "\" of a ", kind);
}

void address_is_named(ExporterFactory& factory) {
  Window window(factory);
  expect(window.address().empty(), "the address is \"", window.address(), "\" before start, expected none");
  window.stage().start();
  const auto address = window.address();
  expect(!address.empty(), "the address is empty after start");
  expect(!address.ends_with(":0"), "the address is ", address, "; expected the port that was taken");
  (void)window.page();
  expect(window.address() == address, "the address is ", window.address(), " after a fetch, and was ", address);
}

void counter_is_shown(ExporterFactory& factory) {
  Window window(factory);
  window.metrics().counter("chatd_conformance_things_total", "Things.", {{"colour", "red"}}).add(4711);
  window.stage().start();
  const auto page = window.page();
  for (const std::string_view what : {"chatd_conformance_things_total", "red", "4711"}) expect_shown(page, what, "counter");
}

void gauge_is_shown(ExporterFactory& factory) {
  Window window(factory);
  window.metrics().gauge("chatd_conformance_level_bytes", "A level.", {{"colour", "blue"}}).set(1234.5);
  window.stage().start();
  const auto page = window.page();
  for (const std::string_view what : {"chatd_conformance_level_bytes", "blue", "1234.5"}) expect_shown(page, what, "gauge");
}

void histogram_is_shown(ExporterFactory& factory) {
  Window window(factory);
  constexpr std::array bounds{0.125, 0.25};
  auto& histogram = window.metrics().histogram("chatd_conformance_wait_seconds", "Waits.", bounds);
  for (const double value : {0.1, 0.2, 0.3}) histogram.observe(value);
  window.stage().start();
  const auto page = window.page();
  for (const std::string_view what : {"chatd_conformance_wait_seconds", "0.125", "0.25"}) expect_shown(page, what, "histogram");
}

void asked_each_time(ExporterFactory& factory) {
  Window window(factory);
  auto& counter = window.metrics().counter("chatd_conformance_fetches_total", "Fetches.");
  window.stage().start();
  counter.add(1'000'001);
  expect_shown(window.page(), "1000001", "counter before the first fetch");
  const int before = window.source().times;
  counter.add(1);
  expect_shown(window.page(), "1000002", "counter before the second fetch");
  expect(window.source().times > before, "a source was not asked by the second fetch");
}

void hostile_labels(ExporterFactory& factory) {
  Window window(factory);
  window.metrics().gauge("chatd_conformance_odd", "Odd \\ help\nof two lines.", {{"text", "a\"b\\c\nd"}}).set(1);
  window.stage().start();
  const auto page = window.page();
  expect_shown(page, "chatd_conformance_odd", "gauge with odd labels");
  expect(page.find("c\nd") == page.npos, "a line break in a label's value breaks a line of the page");
}

void nothing_after_stop(ExporterFactory& factory) {
  Window window(factory);
  window.stage().start();
  const auto address = window.address();
  (void)window.page();
  window.stage().stop();
  const int snapshots = window.metrics().snapshots();
  const auto page = window.try_page(address);
  expect(!page.has_value(), "a page is still shown after stop");
  expect(window.metrics().snapshots() == snapshots, "a snapshot was asked for after stop");
}

void without_metrics(ExporterFactory& factory) {
  Stage stage(factory);
  stage.start();
  auto* const exporter = stage.plugin().metrics_exporter();
  expect(exporter != nullptr, "metrics_exporter() is null: the plugin shows no metrics");
  stage.step("fetch the page of a host without metrics");
  (void)factory.page(exporter->address());
}

constexpr std::array cases{
    ExporterCase{"address", "the address is empty before start, and the real one after it", &verdict_of<address_is_named>},
    ExporterCase{"counter", "a counter is shown with its labels and its value", &verdict_of<counter_is_shown>},
    ExporterCase{"gauge", "a gauge is shown with its labels and its value", &verdict_of<gauge_is_shown>},
    ExporterCase{"histogram", "a histogram is shown with its bounds", &verdict_of<histogram_is_shown>},
    ExporterCase{"asked-each-time", "each fetch shows what is so now", &verdict_of<asked_each_time>},
    ExporterCase{"odd-labels", "quotes and line breaks in labels do not break the page", &verdict_of<hostile_labels>},
    ExporterCase{"silent-after-stop", "nothing is shown, and nothing asked of the host, after stop",
                 &verdict_of<nothing_after_stop>},
    ExporterCase{"without-metrics", "a host that has no metrics to show does no harm", &verdict_of<without_metrics>},
};

}  // namespace

Result<std::string> ExporterFactory::page(std::string_view address) { return http_get(address, "/metrics", patience()); }

std::span<const ExporterCase> exporter_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
