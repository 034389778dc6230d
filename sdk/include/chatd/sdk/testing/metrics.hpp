// TestMetrics: a registry of instruments for a plugin that has some of its own, or that shows them. Safe for threads.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "chatd/sdk/metrics.hpp"

namespace chatd::sdk::testing {

// A registry of instruments, for plugins under test.
class TestMetrics final : public Metrics {
 public:
  // As Metrics says.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {}) override;
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {}) override;
  // As Metrics says.
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       const Labels& labels = {}) override;
  // The same.
  void add(MetricSource& source) override;
  void remove(MetricSource& source) noexcept override;
  std::vector<MetricFamily> snapshot() override;

  // How often somebody asked for a snapshot.
  [[nodiscard]] int snapshots() const;

 private:
  template <class Instrument>
  struct Named {
    template <class... Arguments>
    Named(std::string_view its_name, std::string_view its_help, Labels its_labels, const Arguments&... arguments)
        : name(its_name), help(its_help), labels(std::move(its_labels)), instrument(arguments...) {}
    std::string name, help;
    Labels labels;
    Instrument instrument;
  };
  template <class Instrument, class... Arguments>
  Instrument& made(std::deque<Named<Instrument>>& all, std::string_view name, std::string_view help, const Labels& labels,
                   const Arguments&... arguments);

  mutable std::mutex mutex_;
  std::deque<Named<Counter>> counters_;
  std::deque<Named<Gauge>> gauges_;
  std::deque<Named<Histogram>> histograms_;
  std::vector<MetricSource*> sources_;
  int snapshots_ = 0;
};

}  // namespace chatd::sdk::testing
