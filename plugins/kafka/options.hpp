// The keys of [plugins.kafka]. Each is listed once, in options.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/options.hpp"

namespace chatd::kafka {

using TextTable = std::map<std::string, std::string>;

struct Options {
  std::vector<std::string> brokers{"127.0.0.1:9092", "127.0.0.1:9093", "127.0.0.1:9094"};

  std::int64_t linger_ms = 5;
  std::int64_t max_in_flight = 5;
  std::string compression = "none";
  std::int64_t message_timeout_ms = 30'000;
  std::int64_t queue_messages = 100'000;
  std::int64_t queue_bytes = 67'108'864;
  std::int64_t fetch_queue_messages = 10'000;
  std::int64_t fetch_queue_bytes = 16'777'216;
  std::int64_t max_record_bytes = 1'000'000;

  bool create_topics = true;
  std::int64_t partitions = 6;
  std::int64_t replication_factor = 1;
  // The topics of the old servers, as they make them.
  TextTable topic_partitions{{"chatting", "2"}, {"user-connections", "3"}};
  TextTable topic_replication{{"chatting", "2"}, {"user-connections", "2"}};
  std::int64_t discover_ms = 5'000;
  std::int64_t statistics_ms = 1'000;

  std::string security_protocol = "plaintext";
  std::string sasl_mechanism = "PLAIN";
  std::string sasl_username;
  std::string sasl_password;
  std::string ssl_ca_file;
  std::string ssl_certificate_file;
  std::string ssl_key_file;
  std::string ssl_key_password;

  TextTable librdkafka;
};

// Valid until exit. [any] never blocks
[[nodiscard]] const sdk::OptionList<Options>& option_list();

// Defaults, then what `section` says, into `out`. Besides what the list checks: the numbers in tables of topics, keys of
// `librdkafka` (each is tried), and what security needs. All problems at once, none with a secret in its text. [control] never
// blocks
[[nodiscard]] sdk::Problems read_options(const sdk::Section& section, Options& out);

// What a new topic of this name gets. [any] never blocks
struct TopicShape {
  std::int32_t partitions;
  std::int32_t replicas;
};
[[nodiscard]] TopicShape shape_of(const Options& options, std::string_view topic);

// "127.0.0.1:9092, 127.0.0.1:9093". [any] never blocks
[[nodiscard]] std::string broker_names(const Options& options);

}  // namespace chatd::kafka
