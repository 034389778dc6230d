#include "host/observe/registry.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace chatd::observe {
namespace {

using sdk::MetricFamily;
using sdk::MetricKind;

// By name, so that what several sources and instruments say of one name stands together.
class Gathered final : public sdk::MetricSink {
 public:
  MetricFamily& family(std::string_view name, std::string_view help, MetricKind kind) {
    auto found = families_.find(name);
    if (found == families_.end()) {
      found = families_.emplace(std::string(name), MetricFamily{}).first;
      found->second.name = name;
      found->second.help = help;
      found->second.kind = kind;
    }
    return found->second;
  }
  void counter(std::string_view name, std::string_view help, double value, const sdk::Labels& labels) override {
    family(name, help, MetricKind::counter).samples.push_back({.labels = labels, .value = value, .counts = {}});
  }
  void gauge(std::string_view name, std::string_view help, double value, const sdk::Labels& labels) override {
    family(name, help, MetricKind::gauge).samples.push_back({.labels = labels, .value = value, .counts = {}});
  }
  [[nodiscard]] std::vector<MetricFamily> take() {
    std::vector<MetricFamily> all;
    all.reserve(families_.size());
    for (auto& [name, family] : families_) all.push_back(std::move(family));
    return all;
  }

 private:
  std::map<std::string, MetricFamily, std::less<>> families_;
};

template <class Families>
auto& family_of(Families& families, std::string_view name, std::string_view help) {
  auto found = families.find(name);
  if (found == families.end()) {
    found = families.emplace(std::piecewise_construct, std::forward_as_tuple(name), std::forward_as_tuple()).first;
    found->second.help = help;
  }
  return found->second;
}

}  // namespace

sdk::Counter& Registry::counter(std::string_view name, std::string_view help, const sdk::Labels& labels) {
  const std::lock_guard lock(mutex_);
  return family_of(counters_, name, help).of.try_emplace(labels).first->second;
}

sdk::Gauge& Registry::gauge(std::string_view name, std::string_view help, const sdk::Labels& labels) {
  const std::lock_guard lock(mutex_);
  return family_of(gauges_, name, help).of.try_emplace(labels).first->second;
}

sdk::Histogram& Registry::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                                    const sdk::Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = family_of(histograms_, name, help);
  if (family.bounds.empty()) family.bounds.assign(bounds.begin(), bounds.end());
  return family.of.try_emplace(labels, family.bounds).first->second;
}

void Registry::add(sdk::MetricSource& source) {
  const std::lock_guard lock(sources_mutex_);
  sources_.push_back(&source);
}

void Registry::remove(sdk::MetricSource& source) noexcept {
  const std::lock_guard lock(sources_mutex_);
  std::erase(sources_, &source);
}

std::vector<MetricFamily> Registry::snapshot() {
  Gathered gathered;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, family] : counters_) {
      for (const auto& [labels, one] : family.of) gathered.counter(name, family.help, static_cast<double>(one.value()), labels);
    }
    for (const auto& [name, family] : gauges_) {
      for (const auto& [labels, one] : family.of) gathered.gauge(name, family.help, one.value(), labels);
    }
    for (const auto& [name, family] : histograms_) {
      auto& into = gathered.family(name, family.help, MetricKind::histogram);
      into.bounds = family.bounds;
      for (const auto& [labels, one] : family.of) {
        auto& sample = into.samples.emplace_back();
        sample.labels = labels;
        for (std::size_t at = 0; at <= one.bounds().size(); ++at) sample.counts.push_back(one.count(at));
        sample.sum = one.sum();
      }
    }
  }
  const std::lock_guard lock(sources_mutex_);
  for (auto* source : sources_) source->collect(gathered);
  return gathered.take();
}

}  // namespace chatd::observe
