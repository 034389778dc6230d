// Registry: all instruments of this host, and what they say now.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "chatd/sdk/metrics.hpp"

namespace chatd::observe {

class Registry final : public sdk::Metrics {
 public:
  [[nodiscard]] sdk::Counter& counter(std::string_view name, std::string_view help, const sdk::Labels& labels = {}) override;
  [[nodiscard]] sdk::Gauge& gauge(std::string_view name, std::string_view help, const sdk::Labels& labels = {}) override;
  [[nodiscard]] sdk::Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                                          const sdk::Labels& labels = {}) override;
  void add(sdk::MetricSource& source) override;
  void remove(sdk::MetricSource& source) noexcept override;
  [[nodiscard]] std::vector<sdk::MetricFamily> snapshot() override;

 private:
  template <class Instrument>
  struct Family {
    std::string help;
    std::vector<double> bounds;
    std::map<sdk::Labels, Instrument> of;  // its elements stay where they are
  };
  template <class Instrument>
  using Families = std::map<std::string, Family<Instrument>, std::less<>>;

  std::mutex mutex_;
  Families<sdk::Counter> counters_;
  Families<sdk::Gauge> gauges_;
  Families<sdk::Histogram> histograms_;

  std::mutex sources_mutex_;  // held while they are asked
  std::vector<sdk::MetricSource*> sources_;
};

}  // namespace chatd::observe
