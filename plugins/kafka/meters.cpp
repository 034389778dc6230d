#include "plugins/kafka/meters.hpp"

#include <algorithm>
#include <utility>

namespace chatd::kafka {
namespace {

std::string_view name(Meters::Where where) {
  switch (where) {
    case Meters::Where::publish:
      return "publish";
    case Meters::Where::read:
      return "read";
    case Meters::Where::connection:
      break;
  }
  return "connection";
}

double number(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

Meters::Meters(const Options& options, sdk::Metrics* metrics) : options_(options), metrics_(metrics) {
  // Those that outages begin with are there from the start, so that a first one is an increase.
  errors_ = {{{Where::connection, RD_KAFKA_RESP_ERR__TRANSPORT}, 0},
             {{Where::connection, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN}, 0},
             {{Where::publish, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT}, 0},
             {{Where::publish, RD_KAFKA_RESP_ERR__QUEUE_FULL}, 0}};
  if (metrics_)
    publish_seconds_ = &metrics_->histogram("chatd_kafka_publish_seconds",
                                            "From a publish to the brokers' answer that they have it", sdk::Histogram::seconds);
}

void Meters::open(Topics& topics) {
  topics_ = &topics;
  if (metrics_) metrics_->add(*this);
}

void Meters::close() noexcept {
  if (metrics_ && topics_) metrics_->remove(*this);
  topics_ = nullptr;
}

void Meters::failed(Where where, rd_kafka_resp_err_t error) noexcept {
  const std::lock_guard lock(mutex_);
  ++errors_[{where, error}];
}

void Meters::assigned(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  ++assignments_[topic];
}

void Meters::say(const void* instance, Statistics statistics) {
  const std::lock_guard lock(mutex_);
  instances_.insert_or_assign(instance, std::move(statistics));
}

void Meters::gone(const void* instance) noexcept {
  const std::lock_guard lock(mutex_);
  instances_.erase(instance);
}

void Meters::show(Reading& reading) {
  const std::lock_guard lock(mutex_);
  readings_.push_back(&reading);
}

void Meters::forget(Reading& reading) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(readings_, &reading);
}

void Meters::collect(sdk::MetricSink& sink) noexcept {
  sink.gauge("chatd_kafka_brokers", "Brokers that the cluster has", brokers_);
  sink.gauge("chatd_kafka_queue_max_messages", "Publishes that may wait for the brokers' answer",
             number(options_.queue_messages));
  sink.gauge("chatd_kafka_queue_max_bytes", "Bytes of publishes that may wait for the brokers' answer, without keys and headers",
             number(options_.queue_bytes));
  collect_topics(sink);
  const std::lock_guard lock(mutex_);
  for (const auto& [of, count] : errors_)
    sink.counter("chatd_kafka_errors_total", "What brokers or librdkafka said went wrong, by where and by Kafka's name for it",
                 static_cast<double>(count), {{"at", std::string(name(of.first))}, {"code", rd_kafka_err2name(of.second)}});
  for (const auto& [topic, count] : assignments_)
    sink.counter(
        "chatd_kafka_assignments_total",
        "Changes of which partitions are read here, or from where: the first, partitions that were added, logs that were cut",
        static_cast<double>(count), {{"topic", topic}});
  collect_instances(sink);
  collect_lag(sink);
}

void Meters::collect_topics(sdk::MetricSink& sink) const {
  for (const auto* topic : topics_->all()) {
    if (topic->partitions() == 0) continue;
    const sdk::Labels labels{{"topic", topic->name()}};
    sink.gauge("chatd_kafka_partitions", "Partitions of a topic", topic->partitions(), labels);
    sink.gauge("chatd_kafka_leaderless_partitions", "Partitions of a topic that no broker leads now", topic->leaderless(),
               labels);
    sink.gauge("chatd_kafka_missing_replicas",
               "Copies of a topic's partitions that are not in step, as those of a broker that is down",
               topic->missing_replicas(), labels);
  }
}

void Meters::collect_instances(sdk::MetricSink& sink) const {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
  std::map<std::int32_t, std::pair<int, int>> links;  // up, down
  for (const auto& [instance, statistics] : instances_) {
    messages += statistics.queue_messages;
    bytes += statistics.queue_bytes;
    for (const auto& broker : statistics.brokers) {
      auto& [up, down] = links[broker.id];
      up += broker.link == Statistics::Broker::Link::up ? 1 : 0;
      down += broker.link == Statistics::Broker::Link::down ? 1 : 0;
    }
  }
  sink.gauge("chatd_kafka_queue_messages", "Publishes that wait for the brokers' answer, of late", number(messages));
  sink.gauge("chatd_kafka_queue_bytes", "Bytes of publishes that wait for the brokers' answer, of late; without keys and headers",
             number(bytes));
  const std::string_view help = "Connections to a broker that are needed, and there or not, of late";
  for (const auto& [id, count] : links) {
    const auto broker = std::to_string(id);
    sink.gauge("chatd_kafka_connections", help, count.first, {{"broker", broker}, {"state", "up"}});
    sink.gauge("chatd_kafka_connections", help, count.second, {{"broker", broker}, {"state", "down"}});
  }
}

// Where a topic is read twice, the one that is further behind is shown.
void Meters::collect_lag(sdk::MetricSink& sink) const {
  std::map<std::pair<std::string, std::int32_t>, Reading::Behind> all;
  for (auto* reading : readings_) {
    for (const auto& behind : reading->behind()) {
      auto& one = all[{reading->topic(), behind.partition}];
      one.records = std::max(one.records, behind.records);
      one.seconds = std::max(one.seconds, behind.seconds);
    }
  }
  for (const auto& [of, behind] : all) {
    const sdk::Labels labels{{"topic", of.first}, {"partition", std::to_string(of.second)}};
    sink.gauge("chatd_kafka_lag_records", "Records of a partition that this host has not taken yet, as of the last fetch",
               number(behind.records), labels);
    sink.gauge("chatd_kafka_lag_seconds", "How long the first of these may have been there", behind.seconds, labels);
  }
}

}  // namespace chatd::kafka
