// Metrics: what is counted and measured, for whoever watches the host. The host owns all instruments; each plugin may have some
// of its own, and one plugin shows them all to the outside. Tags: docs/threading.md.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::sdk {

// Names and values, few and known beforehand: no user, room or address is one.
using Labels = std::vector<std::pair<std::string, std::string>>;

// Only grows. Aligned, so that two of them that are counted by different threads do not share a cache line.
class alignas(64) Counter {
 public:
  // [any] never blocks
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// Goes up and down.
class alignas(64) Gauge {
 public:
  // [any] never blocks
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

// How often values lay at or below each of some bounds.
class alignas(64) Histogram {
 public:
  static constexpr std::size_t most_bounds = 20;  // of one histogram; more are left out
  // Seconds from 0.5 ms to 30 s, as times between machines are.
  static constexpr std::array<double, 14> seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,    0.25,  0.5,    1,     2.5,  10,    30};

  // REQUIRES: the bounds grow, and are not more than `most_bounds`.
  explicit Histogram(std::span<const double> bounds) noexcept : size_(bounds.size() < most_bounds ? bounds.size() : most_bounds) {
    for (std::size_t i = 0; i < size_; ++i) bounds_[i] = bounds[i];
  }

  // [any] never blocks
  void observe(double value) noexcept {
    std::size_t at = 0;
    while (at < size_ && value > bounds_[at]) ++at;
    counts_[at].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  // Those that it was made with. [any] never blocks
  [[nodiscard]] std::span<const double> bounds() const noexcept { return {bounds_.data(), size_}; }
  // Of values above bound `at - 1`, up to bound `at`; the last is of those above all. REQUIRES: at <= bounds().size()
  [[nodiscard]] std::uint64_t count(std::size_t at) const noexcept { return counts_[at].load(std::memory_order_relaxed); }
  // Of all values. [any] never blocks
  [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

 private:
  std::size_t size_;
  std::array<double, most_bounds> bounds_{};
  std::array<std::atomic<std::uint64_t>, most_bounds + 1> counts_{};
  std::atomic<double> sum_ = 0;
};

// How a metric is read.
enum class MetricKind : std::uint8_t { counter, gauge, histogram };

// What one name says at one time.
struct MetricFamily {
  // Of one set of labels.
  struct Sample {
    Labels labels;                      // in the order given
    double value = 0;                   // of a counter or a gauge
    std::vector<std::uint64_t> counts;  // of a histogram: of each bucket by itself, the last of what is above all bounds
    double sum = 0;                     // of a histogram's values
  };

  std::string name;                     // "chatd_publishes_total"
  std::string help;                     // one sentence, without a full stop
  MetricKind kind = MetricKind::gauge;  // of all samples
  std::vector<double> bounds;           // of a histogram
  std::vector<Sample> samples;          // one a set of labels
};

// Takes values that are only known when somebody asks.
class MetricSink {
 public:
  // [any] never blocks
  virtual void counter(std::string_view name, std::string_view help, double value, const Labels& labels = {}) = 0;
  virtual void gauge(std::string_view name, std::string_view help, double value, const Labels& labels = {}) = 0;

 protected:
  ~MetricSink() = default;
};

// Says when it is asked what it has counted.
class MetricSource {
 public:
  // Called by each snapshot, on its thread. [any] must not block
  virtual void collect(MetricSink& sink) noexcept = 0;

 protected:
  ~MetricSource() = default;
};

// All instruments of a host. A name begins with "chatd_" and has its unit in it: "_total" (of a counter), "_seconds", "_bytes".
class Metrics {
 public:
  // The instrument of this name and these labels, made when there is none; as long as the registry. All of one name are of one
  // kind, have one help text, and, histograms, the same bounds: the first one's count. [control] never blocks
  [[nodiscard]] virtual Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {}) = 0;
  [[nodiscard]] virtual Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {}) = 0;
  // The same of a histogram. [control] never blocks
  [[nodiscard]] virtual Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                                             const Labels& labels = {}) = 0;

  // From here on the source is asked, until `remove` has returned. [control] may block, for a snapshot at most
  virtual void add(MetricSource& source) = 0;
  virtual void remove(MetricSource& source) noexcept = 0;

  // What all say now, by name. [any] never blocks for long
  [[nodiscard]] virtual std::vector<MetricFamily> snapshot() = 0;

 protected:
  ~Metrics() = default;
};

// One thing that has to be so for the host to serve.
struct Condition {
  std::string name;  // "broker"
  bool met = false;
  std::string text;  // why not, or what it is that is met
};

// What a host tells of itself to the plugin that shows it.
class HostState {
 public:
  // What has to be met for clients to be sent here. [any] never blocks for long
  [[nodiscard]] virtual std::vector<Condition> conditions() const = 0;
  // False when the host does not get on, and only a restart helps. [any] never blocks
  [[nodiscard]] virtual bool alive() const noexcept = 0;

 protected:
  ~HostState() = default;
};

// The plugin that shows metrics to the outside.
class MetricsExporter {
 public:
  // Where, "127.0.0.1:9464"; empty before start. [any] never blocks
  [[nodiscard]] virtual std::string address() const = 0;

 protected:
  ~MetricsExporter() = default;
};

}  // namespace chatd::sdk
