#include "chatd/sdk/testing/metrics.hpp"

#include <algorithm>
#include <utility>

namespace chatd::sdk::testing {

namespace {

// So that what is said of one name stands together.
class Families final : public MetricSink {
 public:
  MetricFamily::Sample& sample(std::string_view name, std::string_view help, MetricKind kind, const Labels& labels) {
    auto family = std::ranges::find(all, name, &MetricFamily::name);
    if (family == all.end()) {
      all.push_back({std::string(name), std::string(help), kind, {}, {}});
      family = all.end() - 1;
    }
    return family->samples.emplace_back(MetricFamily::Sample{labels, 0, {}, 0});
  }
  void counter(std::string_view name, std::string_view help, double value, const Labels& labels) override {
    sample(name, help, MetricKind::counter, labels).value = value;
  }
  void gauge(std::string_view name, std::string_view help, double value, const Labels& labels) override {
    sample(name, help, MetricKind::gauge, labels).value = value;
  }
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram, const Labels& labels) {
    auto& into = sample(name, help, MetricKind::histogram, labels);
    for (std::size_t at = 0; at <= histogram.bounds().size(); ++at) into.counts.push_back(histogram.count(at));
    into.sum = histogram.sum();
    const auto family = std::ranges::find(all, name, &MetricFamily::name);
    family->bounds.assign(histogram.bounds().begin(), histogram.bounds().end());
  }

  std::vector<MetricFamily> all;
};

}  // namespace

template <class Instrument, class... Arguments>
Instrument& TestMetrics::made(std::deque<Named<Instrument>>& all, std::string_view name, std::string_view help,
                              const Labels& labels, const Arguments&... arguments) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.name == name && one.labels == labels; });
  return found == all.end() ? all.emplace_back(name, help, labels, arguments...).instrument : found->instrument;
}

Counter& TestMetrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return made(counters_, name, help, labels);
}

Gauge& TestMetrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return made(gauges_, name, help, labels);
}

Histogram& TestMetrics::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                                  const Labels& labels) {
  return made(histograms_, name, help, labels, bounds);
}

void TestMetrics::add(MetricSource& source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(&source);
}

void TestMetrics::remove(MetricSource& source) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(sources_, &source);
}

std::vector<MetricFamily> TestMetrics::snapshot() {
  const std::lock_guard lock(mutex_);
  ++snapshots_;
  Families families;
  for (const auto& one : counters_) families.counter(one.name, one.help, static_cast<double>(one.instrument.value()), one.labels);
  for (const auto& one : gauges_) families.gauge(one.name, one.help, one.instrument.value(), one.labels);
  for (const auto& one : histograms_) families.histogram(one.name, one.help, one.instrument, one.labels);
  for (auto* source : sources_) source->collect(families);
  std::ranges::sort(families.all, {}, &MetricFamily::name);
  return std::move(families.all);
}

int TestMetrics::snapshots() const {
  const std::lock_guard lock(mutex_);
  return snapshots_;
}

}  // namespace chatd::sdk::testing
