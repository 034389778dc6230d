// What check_up is made of, for this folder's own files.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "chatd/sdk/diagnostics.hpp"
#include "plugins/kafka/checkup.hpp"
#include "plugins/kafka/client.hpp"
#include "plugins/kafka/librdkafka.hpp"
#include "plugins/kafka/meters.hpp"

namespace chatd::kafka {

// A broker of the configuration, and what came of asking it.
struct Reached {
  std::string broker;
  std::unique_ptr<Meters> meters;  // the client's, and nobody watches
  std::unique_ptr<Client> client;
  Metadata metadata;  // null: it did not answer
  std::string cluster;
  std::string why;  // it did not
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

// The settings of those of `topics` that are there, into them. [control] may block
void read_settings(rd_kafka_t* handle, std::map<std::string, TopicFacts>& topics, sdk::Deadline deadline);

// Kafka tells nobody its time. The newest record tells the time of who wrote it, or of the broker where the topic has
// LogAppendTime. `topics`: names and numbers of partitions. [control] may block
[[nodiscard]] sdk::Finding clock_finding(const Options& options, const std::string& client_id,
                                         const std::map<std::string, std::int32_t>& topics, const sdk::Inquiry& inquiry);

}  // namespace chatd::kafka
