#include "probe.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <librdkafka/rdkafka.h>

#include "cluster.hpp"

namespace chatd::testing::faults {
namespace {

constexpr std::chrono::milliseconds period{50};

struct Destroy {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};

struct Report {
  bool there = false;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

std::unique_ptr<rd_kafka_t, Destroy> producer() {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  char text[512];
  const std::pair<const char*, std::string> settings[] = {{"bootstrap.servers", brokers()},
                                                          {"log_level", "0"},
                                                          {"enable.idempotence", "true"},
                                                          {"acks", "all"},
                                                          {"linger.ms", "5"},
                                                          {"reconnect.backoff.max.ms", "1000"},
                                                          {"socket.connection.setup.timeout.ms", "5000"},
                                                          {"socket.timeout.ms", "10000"},
                                                          {"message.timeout.ms", "120000"},
                                                          {"topic.metadata.refresh.interval.ms", "5000"}};
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK) throw std::runtime_error(text);
  }
  rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    *static_cast<Report*>(message->_private) = {true, message->err};
  });
  std::unique_ptr<rd_kafka_t, Destroy> handle(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text));
  if (!handle) throw std::runtime_error(text);
  return handle;
}

}  // namespace

Probe::Probe(const std::string& topic, int partitions) : partitions_(static_cast<std::size_t>(partitions)) {
  for (int i = 0; i < partitions; ++i) threads_.emplace_back([this, topic, i](std::stop_token stop) { run(stop, topic, i); });
}

void Probe::run(std::stop_token stop, const std::string& name, int partition) {
  const auto handle = producer();
  const std::unique_ptr<rd_kafka_topic_t, Destroy> topic(rd_kafka_topic_new(handle.get(), name.c_str(), nullptr));
  std::string value = R"({"id":"probe","content":"probe","timestamp":"2026-01-01T00:00:00Z","user_id":"probe"})";
  for (auto next = Clock::now(); !stop.stop_requested();) {
    Report report;  // outlives the record: nothing is left on its way below
    if (rd_kafka_produce(topic.get(), partition, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), "probe", 5, &report) == 0) {
      while (!report.there) {
        rd_kafka_poll(handle.get(), 20);
        if (!report.there && stop.stop_requested())
          rd_kafka_purge(handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      }
      if (report.error == RD_KAFKA_RESP_ERR_NO_ERROR) answered(partition);
    }
    next = std::max(next + period, Clock::now());
    std::unique_lock lock(mutex_);
    tick_.wait_until(lock, stop, next, [] { return false; });
  }
}

void Probe::answered(int partition) {
  const std::scoped_lock lock(mutex_);
  auto& at = partitions_[static_cast<std::size_t>(partition)];
  const auto now = Clock::now();
  at.longest = std::max(at.longest, now - at.last);
  at.last = now;
}

void Probe::measure() {
  const std::scoped_lock lock(mutex_);
  for (auto& partition : partitions_) partition.longest = {};
}

Clock::duration Probe::longest() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::max(partitions_, {}, &Partition::longest).longest;
}

bool Probe::answered_since(Clock::time_point then) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::all_of(partitions_, [&](const auto& partition) { return partition.last > then; });
}

}  // namespace chatd::testing::faults
