// The exporter suite against exporters that are wrong on purpose. They show their page to their factory, with no network between.
#include <cstdlib>
#include <string>
#include <vector>

#include "chatd/sdk/metrics.hpp"
#include "chatd/sdk/testing/exporter_suite.hpp"
#include "expect_broken.hpp"

namespace {

using namespace chatd::sdk;

enum class Fault {
  none,
  address_before_start,
  port_zero,  // as it was configured, not as it was taken
  no_labels,
  no_histograms,
  whole_numbers,        // of gauges
  remembers_the_first,  // page
  breaks_lines,         // at those of labels
  shows_after_stop,
  crashes_without_metrics,
};

class Shop final : public Plugin, public MetricsExporter {
 public:
  explicit Shop(Fault fault) : fault_(fault) {}

  std::span<const OptionInfo> options() const noexcept override { return {}; }
  Problems configure(const Section&) noexcept override { return {}; }
  Result<> start(const Context& context) noexcept override {
    metrics_ = context.metrics;
    running_ = true;
    return {};
  }
  Result<> drain(Deadline) noexcept override { return {}; }
  void stop() noexcept override { running_ = false; }
  MetricsExporter* metrics_exporter() noexcept override { return this; }
  std::string address() const override {
    if (!running_ && fault_ != Fault::address_before_start) return {};
    return fault_ == Fault::port_zero ? "here:0" : "here:1";
  }

  Result<std::string> page() {
    if (!running_ && fault_ != Fault::shows_after_stop) return fail(Code::unavailable, "nobody is here");
    if (!metrics_ && fault_ == Fault::crashes_without_metrics) std::abort();
    if (!metrics_) return std::string();
    if (fault_ == Fault::remembers_the_first && !last_.empty()) return last_;
    last_.clear();
    for (const auto& family : metrics_->snapshot()) {
      if (family.kind == MetricKind::histogram && fault_ == Fault::no_histograms) continue;
      for (const auto& sample : family.samples) line(family, sample);
    }
    return last_;
  }

 private:
  void line(const MetricFamily& family, const MetricFamily::Sample& sample) {
    last_ += family.name;
    for (const auto& [name, value] : sample.labels) {
      if (fault_ == Fault::no_labels) continue;
      last_ += text(' ', name, '=');
      for (const char c : value) last_ += c == '\n' && fault_ != Fault::breaks_lines ? ' ' : c;
    }
    for (const double bound : family.bounds) last_ += text(' ', bound);
    const bool whole = family.kind == MetricKind::counter || fault_ == Fault::whole_numbers;
    last_ += whole ? text(' ', static_cast<long>(sample.value), '\n') : text(' ', sample.value, '\n');
  }

  const Fault fault_;
  Metrics* metrics_ = nullptr;
  bool running_ = false;
  std::string last_;
};

class Shops final : public testing::ExporterFactory {
 public:
  explicit Shops(Fault fault) : fault_(fault) {}
  std::unique_ptr<Plugin> make() override {
    auto shop = std::make_unique<Shop>(fault_);
    last_ = shop.get();
    return shop;
  }
  Result<std::string> page(std::string_view) override { return last_->page(); }

 private:
  Fault fault_;
  Shop* last_ = nullptr;  // a case has one at a time
};

void check(Fault fault, const std::vector<std::string_view>& caught_by, const std::vector<std::string_view>& words) {
  Shops factory(fault);
  chatd::test::expect_broken(testing::exporter_cases(), factory, caught_by, words);
}

}  // namespace

TEST_CASE("an exporter that is right breaks no case", "[broken]") { check(Fault::none, {}, {}); }

TEST_CASE("an exporter with an address before start is caught", "[broken]") {
  check(Fault::address_before_start, {"address"}, {"the address is \"here:1\" before start"});
}

TEST_CASE("an exporter that does not tell the port that it took is caught", "[broken]") {
  check(Fault::port_zero, {"address"}, {"expected the port that was taken"});
}

TEST_CASE("an exporter without labels is caught", "[broken]") {
  check(Fault::no_labels, {"counter", "gauge"}, {"does not show \"red\"", "does not show \"blue\""});
}

TEST_CASE("an exporter without histograms is caught", "[broken]") {
  check(Fault::no_histograms, {"histogram"}, {"does not show \"chatd_conformance_wait_seconds\""});
}

TEST_CASE("an exporter that rounds gauges is caught", "[broken]") {
  check(Fault::whole_numbers, {"gauge"}, {"does not show \"1234.5\""});
}

TEST_CASE("an exporter that shows an old page is caught", "[broken]") {
  check(Fault::remembers_the_first, {"asked-each-time"}, {"does not show \"1000002\""});
}

TEST_CASE("an exporter whose lines break is caught", "[broken]") {
  check(Fault::breaks_lines, {"odd-labels"}, {"breaks a line of the page"});
}

TEST_CASE("an exporter that shows something after stop is caught", "[broken]") {
  check(Fault::shows_after_stop, {"silent-after-stop"}, {"a page is still shown after stop"});
}

TEST_CASE("an exporter that crashes without metrics is caught", "[broken]") {
  check(Fault::crashes_without_metrics, {"without-metrics"},
        {"it crashed: signal 6 in fetch the page of a host without metrics"});
}
