// librdkafka's objects with owners. For this folder's own files: neither broker.hpp nor options.hpp includes it.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include <librdkafka/rdkafka.h>

#include "chatd/sdk/clock.hpp"

namespace chatd::kafka {

template <auto function>
struct Destroy {
  template <class T>
  void operator()(T* object) const noexcept {
    function(object);
  }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<&rd_kafka_conf_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Destroy<&rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<&rd_kafka_queue_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<&rd_kafka_message_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<&rd_kafka_topic_partition_list_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroy<&rd_kafka_metadata_destroy>>;
using Headers = std::unique_ptr<rd_kafka_headers_t, Destroy<&rd_kafka_headers_destroy>>;
using Fault = std::unique_ptr<rd_kafka_error_t, Destroy<&rd_kafka_error_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<&rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<&rd_kafka_NewTopic_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<&rd_kafka_AdminOptions_destroy>>;

// A list of `count` partitions to come. [any] never blocks
inline Partitions partition_list(std::size_t count) {
  return Partitions(rd_kafka_topic_partition_list_new(static_cast<int>(count)));
}

// What is left until `deadline` as librdkafka wants it, at most `most`; 0 when it has passed. [any] never blocks
inline int ms_left(sdk::Deadline deadline, std::chrono::milliseconds most = std::chrono::hours(1)) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, most.count()));
}

}  // namespace chatd::kafka
