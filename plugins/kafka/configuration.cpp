#include "plugins/kafka/configuration.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::kafka {

using sdk::text;

namespace {

// What chatd sets: by an option of its own, or, where that is empty, as it must be.
struct Owned {
  std::string_view key, option;
};

constexpr std::array owned_keys{
    Owned{"bootstrap.servers", "brokers"},
    Owned{"metadata.broker.list", "brokers"},
    Owned{"linger.ms", "linger_ms"},
    Owned{"queue.buffering.max.ms", "linger_ms"},
    Owned{"max.in.flight.requests.per.connection", "max_in_flight"},
    Owned{"max.in.flight", "max_in_flight"},
    Owned{"compression.codec", "compression"},
    Owned{"compression.type", "compression"},
    Owned{"message.timeout.ms", "message_timeout_ms"},
    Owned{"delivery.timeout.ms", "message_timeout_ms"},
    Owned{"queue.buffering.max.messages", "queue_messages"},
    Owned{"queue.buffering.max.kbytes", "queue_bytes"},
    Owned{"queued.min.messages", "fetch_queue_messages"},
    Owned{"queued.max.messages.kbytes", "fetch_queue_bytes"},
    Owned{"fetch.max.bytes", "fetch_queue_bytes"},
    Owned{"message.max.bytes", "max_record_bytes"},
    Owned{"topic.metadata.refresh.interval.ms", "discover_ms"},
    Owned{"statistics.interval.ms", "statistics_ms"},
    Owned{"security.protocol", "security_protocol"},
    Owned{"sasl.mechanism", "sasl_mechanism"},
    Owned{"sasl.mechanisms", "sasl_mechanism"},
    Owned{"sasl.username", "sasl_username"},
    Owned{"sasl.password", "sasl_password"},
    Owned{"ssl.ca.location", "ssl_ca_file"},
    Owned{"ssl.certificate.location", "ssl_certificate_file"},
    Owned{"ssl.key.location", "ssl_key_file"},
    Owned{"ssl.key.password", "ssl_key_password"},
    Owned{"acks", ""},
    Owned{"request.required.acks", ""},
    Owned{"allow.auto.create.topics", ""},
    Owned{"auto.commit.enable", ""},
    Owned{"auto.offset.reset", ""},
    Owned{"client.id", ""},
    Owned{"delivery.report.only.error", ""},
    Owned{"enable.auto.commit", ""},
    Owned{"enable.auto.offset.store", ""},
    Owned{"enable.idempotence", ""},
    Owned{"enable.partition.eof", ""},
    Owned{"enabled_events", ""},
    Owned{"group.id", ""},
    Owned{"isolation.level", ""},
    Owned{"log.queue", ""},
    Owned{"partition.assignment.strategy", ""},
    Owned{"partitioner", ""},
    Owned{"topic.metadata.propagation.max.ms", ""},
    Owned{"transactional.id", ""},
};

// Room for what the format adds to key, value and headers: librdkafka's limit is for all of it.
constexpr std::int64_t overhead_bytes = 16'384;

// What is fetched ahead of each partition that is read in stretches.
constexpr std::int64_t range_messages = 4'000;
constexpr std::int64_t range_bytes = 4'194'304;

struct Setting {
  std::string key, value;
};

Setting number(std::string key, std::int64_t value) { return {std::move(key), std::to_string(value)}; }

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += text(list.empty() ? "" : ",", name);
  return list;
}

void add_connection(std::vector<Setting>& settings, const Options& options, const std::string& client_id) {
  settings.insert(settings.end(),
                  {{"bootstrap.servers", joined(options.brokers)},
                   {"client.id", client_id},
                   {"security.protocol", options.security_protocol},
                   // A broker that comes back is used within about a second.
                   number("reconnect.backoff.max.ms", 1'000),
                   number("socket.connection.setup.timeout.ms", 5'000),
                   // A broker that hangs is given up after that, and what it has not answered goes to the next leader.
                   number("socket.timeout.ms", 10'000),
                   {"socket.keepalive.enable", "true"},
                   number("message.max.bytes", options.max_record_bytes + overhead_bytes),
                   number("topic.metadata.refresh.interval.ms", options.discover_ms),
                   {"allow.auto.create.topics", "false"}});
  if (options.security_protocol.starts_with("sasl_")) {
    settings.insert(settings.end(), {{"sasl.mechanism", options.sasl_mechanism},
                                     {"sasl.username", options.sasl_username},
                                     {"sasl.password", options.sasl_password}});
  }
  const std::pair<const char*, const std::string&> files[] = {{"ssl.ca.location", options.ssl_ca_file},
                                                              {"ssl.certificate.location", options.ssl_certificate_file},
                                                              {"ssl.key.location", options.ssl_key_file},
                                                              {"ssl.key.password", options.ssl_key_password}};
  for (const auto& [key, value] : files) {
    if (!value.empty()) settings.push_back({key, value});
  }
}

void add_producer(std::vector<Setting>& settings, const Options& options) {
  // A missing topic that nobody makes is answered soon; one that is being made gets all the time that a record has.
  const auto propagation = options.create_topics ? options.message_timeout_ms : 2'000;
  settings.insert(settings.end(), {{"enable.idempotence", "true"},
                                   {"acks", "all"},
                                   {"partitioner", "fnv1a"},
                                   number("linger.ms", options.linger_ms),
                                   number("max.in.flight", options.max_in_flight),
                                   {"compression.codec", options.compression},
                                   number("message.timeout.ms", options.message_timeout_ms),
                                   number("queue.buffering.max.messages", options.queue_messages),
                                   number("queue.buffering.max.kbytes", options.queue_bytes / 1'024),
                                   number("topic.metadata.propagation.max.ms", propagation)});
}

void add_consumer(std::vector<Setting>& settings, const Options& options) {
  settings.insert(settings.end(),
                  {{"enable.auto.offset.store", "false"},
                   {"isolation.level", "read_committed"},
                   number("queued.min.messages", options.fetch_queue_messages),
                   number("queued.max.messages.kbytes", options.fetch_queue_bytes / 1'024),
                   // What one answer may bring, or it would be librdkafka's 50 MB beside the queue.
                   number("fetch.max.bytes", std::max(options.fetch_queue_bytes, options.max_record_bytes + overhead_bytes))});
}

std::vector<Setting> settings_of(Part part, const Options& options, const std::string& client_id, const std::string& group) {
  std::vector<Setting> settings;
  add_connection(settings, options, client_id);
  // The others are not asked by anybody who would take the answers.
  if (part == Part::producer || part == Part::subscription)
    settings.push_back(number("statistics.interval.ms", options.statistics_ms));
  if (part == Part::producer) {
    add_producer(settings, options);
    return settings;
  }
  add_consumer(settings, options);
  if (part == Part::member) {
    settings.insert(settings.end(), {{"group.id", group},
                                     {"partition.assignment.strategy", "cooperative-sticky"},
                                     {"auto.offset.reset", "earliest"},
                                     {"enable.auto.commit", "true"},
                                     number("auto.commit.interval.ms", 1'000),
                                     number("session.timeout.ms", 10'000)});
    return settings;
  }
  // librdkafka 2.0 assigns nothing without a group; this one is never joined, and nothing is committed in it.
  settings.insert(settings.end(),
                  {{"group.id", "chatd-fan-out"}, {"enable.auto.commit", "false"}, {"auto.offset.reset", "error"}});
  // What comes to one partition waits, at the same broker, for the fetch of others that have nothing.
  if (part == Part::subscription) settings.push_back(number("fetch.wait.max.ms", 100));
  if (part == Part::range) {
    // A read asks for what is there; the last fetch of one, waiting for more, would hold up the next of the same broker. What
    // is fetched ahead is a page or two of each partition.
    settings.insert(settings.end(),
                    {{"enable.partition.eof", "true"},
                     number("fetch.wait.max.ms", 3),
                     number("queued.min.messages", std::min(options.fetch_queue_messages, range_messages)),
                     number("queued.max.messages.kbytes", std::min(options.fetch_queue_bytes, range_bytes) / 1'024)});
  }
  return settings;
}

std::string key_hint(const std::string& key, rd_kafka_conf_t* conf) {
  std::size_t count = 0;
  const char** const dump = rd_kafka_conf_dump(conf, &count);
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i + 1 < count; i += 2) keys.emplace_back(dump[i]);
  const auto near = sdk::nearest(key, keys);
  auto hint = near.empty() ? std::string("librdkafka's CONFIGURATION.md lists them") : text("did you mean \"", near, "\"?");
  rd_kafka_conf_dump_free(dump, count);
  return hint;
}

}  // namespace

sdk::Result<Conf> configuration(Part part, const Options& options, const std::string& client_id, const std::string& group) {
  Conf conf(rd_kafka_conf_new());
  auto settings = settings_of(part, options, client_id, group);
  for (const auto& [key, value] : options.librdkafka) settings.push_back({key, value});
  std::array<char, 512> error{};
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), error.data(), error.size()) == RD_KAFKA_CONF_OK) continue;
    return sdk::fail(sdk::Code::invalid_argument, text("kafka: ", error.data()));
  }
  return conf;
}

std::optional<std::string> why_not(const std::string& key, const std::string& value) {
  const auto owned = std::ranges::find(owned_keys, key, &Owned::key);
  if (owned != owned_keys.end()) {
    return owned->option.empty() ? text("\"", key, "\" is chatd's own, which relies on its value; leave it out")
                                 : text("\"", key, "\" is set by \"", owned->option, "\" of [plugins.kafka]; use that");
  }
  const Conf conf(rd_kafka_conf_new());
  std::array<char, 512> error{};
  switch (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), error.data(), error.size())) {
    case RD_KAFKA_CONF_OK:
      return std::nullopt;
    case RD_KAFKA_CONF_UNKNOWN:
      return text("unknown librdkafka key \"", key, "\"; ", key_hint(key, conf.get()));
    default:
      return text("librdkafka does not take this value of \"", key, "\": ", error.data());
  }
}

}  // namespace chatd::kafka
