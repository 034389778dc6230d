// Producer: publishes records and answers each from its delivery report. Nothing is copied: librdkafka is given the record's own
// bytes, which stay valid until the answer. When librdkafka's idempotent producer fails for good, another takes over.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "plugins/kafka/client.hpp"
#include "plugins/kafka/cluster.hpp"

namespace chatd::kafka {

class Producer {
 public:
  // All must outlive it.
  Producer(const Options& options, Cluster& cluster, sdk::Logger& log) : options_(options), cluster_(cluster), log_(log) {}
  ~Producer() { stop(); }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // [control] never blocks
  [[nodiscard]] sdk::Result<> start(const std::string& client_id);
  // As sdk::Broker::publish. [any] never blocks
  [[nodiscard]] sdk::Result<> publish(std::string_view topic, const sdk::Record& record, sdk::Completion& done);
  // Refuses publishes, and waits until all are answered; how many are not at the deadline, or after two seconds in which no
  // broker answered anything. [control] may block
  [[nodiscard]] std::int64_t drain(sdk::Deadline deadline);
  // Answers what is left: Code::unavailable what was not sent, Code::unknown what may have been. Legal without start, and twice.
  // [control] may block, for no broker
  void stop() noexcept;

 private:
  // A topic that this producer writes to.
  struct Target {
    Topic* topic;
    TopicHandle handle;
  };
  // One librdkafka producer, and the topics that it has written to.
  struct Line {
    std::unique_ptr<Client> client;  // first: what follows is its
    Queue events;
    std::map<std::string_view, Target> targets;  // by the topic's own name
    sdk::Deadline end;                           // of its time to be answered, once it was replaced

    [[nodiscard]] rd_kafka_t* get() const noexcept { return client->get(); }
  };

  [[nodiscard]] sdk::Result<std::unique_ptr<Line>> make_line();
  [[nodiscard]] bool open_topic(std::string_view topic);
  [[nodiscard]] sdk::Result<> send(const Target& target, const sdk::Record& record, sdk::Completion& done);
  void answer(const rd_kafka_message_t& message) noexcept;
  // Counts and tells it, too. [any]
  [[nodiscard]] sdk::Error failure(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status, const char* topic);
  void failed(const Line& line, rd_kafka_resp_err_t error, std::string_view reason);
  void run(const std::stop_token& stop) noexcept;
  void replace();
  void retire();
  static void end(Line& line) noexcept;

  const Options& options_;
  Cluster& cluster_;
  sdk::Logger& log_;
  std::string client_id_;
  OnceAMinute failures_, replacements_;

  mutable std::shared_mutex mutex_;  // publish holds it shared, and never across a call
  std::unique_ptr<Line> line_;       // changed by the thread only
  bool closed_ = true;

  std::atomic<std::int64_t> unanswered_ = 0;
  std::mutex answered_mutex_;
  std::condition_variable all_answered_;

  // The thread's own.
  std::vector<std::unique_ptr<Line>> retired_;
  std::string fatal_;  // why the line has to be replaced; empty: it has not
  sdk::Deadline replace_again_{};

  std::jthread thread_;  // last: it uses everything above
};

}  // namespace chatd::kafka
