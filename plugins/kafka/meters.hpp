// Meters: what this plugin counts and what librdkafka says of its instances, for whoever watches the host.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/metrics.hpp"
#include "plugins/kafka/librdkafka.hpp"
#include "plugins/kafka/options.hpp"
#include "plugins/kafka/reading.hpp"
#include "plugins/kafka/statistics.hpp"
#include "plugins/kafka/topics.hpp"

namespace chatd::kafka {

class Meters final : public sdk::MetricSource {
 public:
  enum class Where : std::uint8_t { publish, read, connection };

  // `metrics` null: nobody watches. Both must outlive it.
  Meters(const Options& options, sdk::Metrics* metrics);
  ~Meters() { close(); }
  Meters(const Meters&) = delete;
  Meters& operator=(const Meters&) = delete;

  // The topics are shown from here on, until `close`; they must stay. [control] may block, for a snapshot at most
  void open(Topics& topics);
  void close() noexcept;

  // A publish was answered OK after so long. [any] never blocks
  void published(double seconds) noexcept {
    if (publish_seconds_) publish_seconds_->observe(seconds);
  }
  // [any] never blocks
  void failed(Where where, rd_kafka_resp_err_t error) noexcept;
  // Which partitions of the topic are read, or from where, has changed. [any] never blocks
  void assigned(const std::string& topic);
  // How many brokers the cluster has. [any] never blocks
  void brokers(int count) noexcept { brokers_ = count; }

  // What one instance says of itself now; and that it is gone. [any] never blocks
  void say(const void* instance, Statistics statistics);
  void gone(const void* instance) noexcept;
  // A subscription is shown until `forget` has returned. [any] never blocks for long
  void show(Reading& reading);
  void forget(Reading& reading) noexcept;

  void collect(sdk::MetricSink& sink) noexcept override;

 private:
  void collect_topics(sdk::MetricSink& sink) const;
  void collect_instances(sdk::MetricSink& sink) const;
  void collect_lag(sdk::MetricSink& sink) const;

  const Options& options_;
  sdk::Metrics* const metrics_;
  sdk::Histogram* publish_seconds_ = nullptr;
  Topics* topics_ = nullptr;
  std::atomic<int> brokers_ = 0;

  mutable std::mutex mutex_;
  std::map<std::pair<Where, rd_kafka_resp_err_t>, std::uint64_t> errors_;
  std::map<std::string, std::uint64_t> assignments_;
  std::map<const void*, Statistics> instances_;
  std::vector<Reading*> readings_;
};

}  // namespace chatd::kafka
