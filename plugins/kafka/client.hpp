// Client: one librdkafka instance, its log lines in the host's log at debug level, its callbacks as functions.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "plugins/kafka/librdkafka.hpp"
#include "plugins/kafka/meters.hpp"
#include "plugins/kafka/once_a_minute.hpp"

namespace chatd::kafka {

class Client {
 public:
  // All are called by whoever polls the client, or its consumer queue. They throw nothing.
  struct Callbacks {
    std::function<void(rd_kafka_resp_err_t, std::string_view reason)> failed;
    std::function<void(const rd_kafka_message_t&)> answered;
    std::function<void(rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t&)> rebalance;
    std::function<void(const Statistics&)> measured;
  };

  // A running instance. Code::failed_precondition with librdkafka's reason: a file that is not there, keys that do not go
  // together. `meters` and `log` must outlive the client. [control] never blocks
  [[nodiscard]] static sdk::Result<std::unique_ptr<Client>> make(rd_kafka_type_t type, Conf conf, Meters& meters,
                                                                 sdk::Logger& log, Callbacks callbacks);

  // Waits for librdkafka's threads, which end at once; a consumer leaves no group. [control] may block
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] rd_kafka_t* get() const noexcept { return handle_; }

 private:
  Client(Meters& meters, sdk::Logger& log, Callbacks callbacks) : meters_(meters), log_(log), callbacks_(std::move(callbacks)) {}

  static void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* line);
  static void on_error(rd_kafka_t* handle, int error, const char* reason, void* self);
  static void on_answer(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);
  static void on_rebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* partitions,
                           void* self);
  static int on_statistics(rd_kafka_t* handle, char* json, std::size_t size, void* self);

  Meters& meters_;
  sdk::Logger& log_;
  Callbacks callbacks_;
  OnceAMinute failures_;
  rd_kafka_t* handle_ = nullptr;
};

}  // namespace chatd::kafka
