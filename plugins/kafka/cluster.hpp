// Cluster: whether the brokers answer, what topics they have, and making those that are missing. One thread asks, every
// `discover_ms` and whenever there is cause; everybody else looks at what it found.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "plugins/kafka/client.hpp"
#include "plugins/kafka/librdkafka.hpp"
#include "plugins/kafka/once_a_minute.hpp"
#include "plugins/kafka/options.hpp"
#include "plugins/kafka/topics.hpp"

namespace chatd::kafka {

class Cluster {
 public:
  // All must outlive it.
  Cluster(const Options& options, Meters& meters, sdk::Logger& log) : options_(options), meters_(meters), log_(log) {}
  ~Cluster() { stop(); }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // Begins to ask; brokers need not be there. [control] never blocks
  [[nodiscard]] sdk::Result<> start(const std::string& client_id);
  // Waits for the question under way, a second at most. Legal without start, and twice. [control] may block
  void stop() noexcept;

  // The topic's entry. A new one is looked for at once, and made when missing. Throws std::bad_alloc. [any] never blocks
  Topic& want(std::string_view name);
  // Something points to brokers that are gone: ask now. [any] never blocks
  void suspect() noexcept;

  // Whether the last question was answered. [any] never blocks
  [[nodiscard]] bool answers() const noexcept { return answers_; }
  // Ready: the brokers answer, and no topic that somebody reads is missing. [any] never blocks
  [[nodiscard]] sdk::Health health();
  // Brokers, and the last thing that was heard of why they do not answer. [any] never blocks
  [[nodiscard]] std::string trouble() const;

  // How many partitions the cluster said last that a topic has which somebody here wants; 0: not known. [any] never blocks
  [[nodiscard]] std::int32_t known_partitions(const std::string& topic);
  // As sdk::Broker::extents. [any but delivery] may block
  [[nodiscard]] sdk::Result<std::vector<sdk::Extent>> extents(const std::string& topic, sdk::Deadline deadline);
  // As sdk::Broker::find. [any] may block
  [[nodiscard]] sdk::Result<std::vector<sdk::Position>> find(const std::string& topic, sdk::Time time, sdk::Deadline deadline);
  // Of one partition. [any] may block
  [[nodiscard]] sdk::Result<sdk::Extent> extent(const std::string& topic, std::int32_t partition, sdk::Deadline deadline);

  [[nodiscard]] Topics& topics() noexcept { return topics_; }
  [[nodiscard]] Meters& meters() noexcept { return meters_; }
  // For questions of others, from start to stop. [any] never blocks
  [[nodiscard]] rd_kafka_t* client() const noexcept { return desk_->get(); }

 private:
  [[nodiscard]] sdk::Result<std::vector<std::int32_t>> partitions(const std::string& topic, sdk::Deadline deadline);
  void run(const std::stop_token& stop);
  void ask();
  void hear(const rd_kafka_metadata_t& metadata);
  void hear(Topic& topic, const rd_kafka_metadata_topic_t& found);
  static void look_at(Topic& topic, const rd_kafka_metadata_topic_t& found);
  void lost(rd_kafka_resp_err_t error);
  void regained(const rd_kafka_metadata_t& metadata);
  void make(const std::stop_token& stop);
  void made(Topic& topic, const rd_kafka_topic_result_t& result);
  [[nodiscard]] std::chrono::milliseconds pause() const;

  const Options& options_;
  Meters& meters_;
  sdk::Logger& log_;
  Topics topics_;
  std::atomic<bool> answers_ = false;
  std::unique_ptr<Client> desk_;

  // The thread's own.
  std::map<Topic*, TopicHandle> handles_;
  std::map<Topic*, sdk::Deadline> missing_;  // and when to try to make them
  int brokers_ = 0;
  int slow_answers_ = 0;
  bool ever_answered_ = false;
  bool expecting_ = false;  // a topic that was just made, or has no leader yet
  OnceAMinute silence_, topic_trouble_;

  mutable std::mutex mutex_;
  std::condition_variable_any woken_;
  bool wake_ = false;
  std::string reason_;

  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::kafka
