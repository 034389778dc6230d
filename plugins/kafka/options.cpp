#include "plugins/kafka/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "plugins/kafka/configuration.hpp"

namespace chatd::kafka {

using sdk::any;
using sdk::between;
using sdk::not_empty;
using sdk::one_of;
using sdk::text;

namespace {

constexpr std::int64_t most_partitions = 10'000;
constexpr std::int64_t most_replicas = 1'000;

std::optional<std::int64_t> integer(std::string_view digits) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool is_secret(std::string_view key) {
  constexpr std::array<std::string_view, 4> words{"password", "secret", "credential", "key.pem"};
  return std::ranges::any_of(words, [&](std::string_view word) { return key.find(word) != std::string_view::npos; });
}

bool is_text(const sdk::Value& value) {
  return std::holds_alternative<std::string>(value) || std::holds_alternative<sdk::RawText>(value);
}

// Takes the secrets that are no texts out of the table, since the common check would show what it found.
void check_secrets(const std::string& section, sdk::Table& table, sdk::Problems& problems) {
  std::erase_if(table, [&](const sdk::Entry& entry) {
    if (!is_secret(entry.key) || is_text(entry.value)) return false;
    problems.push_back({entry.place, text('"', entry.key, "\" in [", section,
                                          "] is not a text; expected a text in quotes (not shown: it is secret)")});
    return true;
  });
  for (auto& entry : table) {
    if (auto* inner = std::get_if<sdk::Table>(&entry.value)) check_secrets(text(section, '.', entry.key), *inner, problems);
  }
}

// The place of a key of the section, or of a key in a table of it.
sdk::Place place_of(const sdk::Section& section, std::string_view key, std::string_view inner = {}) {
  const auto entry = std::ranges::find(section.entries, key, &sdk::Entry::key);
  if (entry == section.entries.end()) return section.place;
  if (const auto* table = std::get_if<sdk::Table>(&entry->value)) {
    const auto found = std::ranges::find(*table, inner, &sdk::Entry::key);
    if (found != table->end()) return found->place;
  }
  return entry->place;
}

// Values of a table of topics are integers; topics that it does not name keep their default.
void check_topics(const sdk::Section& section, std::string_view key, std::int64_t most, TextTable& table,
                  const TextTable& defaults, sdk::Problems& problems) {
  for (const auto& [topic, number] : table) {
    const auto value = integer(number);
    if (value && *value >= 1 && *value <= most) continue;
    problems.push_back({place_of(section, key, topic), text('"', topic, "\" in [", section.name, '.', key, "] is \"", number,
                                                            "\"; expected an integer from 1 to ", most, " in quotes")});
  }
  table.insert(defaults.begin(), defaults.end());
}

void check_librdkafka(const sdk::Section& section, const TextTable& table, sdk::Problems& problems) {
  for (const auto& [key, value] : table) {
    if (auto wrong = why_not(key, value)) {
      problems.push_back({place_of(section, "librdkafka", key), text(*wrong, " (in [", section.name, ".librdkafka])")});
    }
  }
}

void check_security(const sdk::Section& section, const Options& options, sdk::Problems& problems) {
  const bool sasl = options.security_protocol.starts_with("sasl_");
  const bool ssl = options.security_protocol.ends_with("ssl");
  const auto needs = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) return;
    problems.push_back({place_of(section, key), text('"', key, "\" in [", section.name, "] is empty; security_protocol = \"",
                                                     options.security_protocol, "\" needs it")});
  };
  const auto useless = [&](std::string_view key, const std::string& value, std::string_view protocols) {
    if (value.empty()) return;
    problems.push_back(
        {place_of(section, key), text('"', key, "\" in [", section.name, "] is set, but security_protocol is \"",
                                      options.security_protocol, "\"; set that to ", protocols, ", or leave the key out")});
  };
  if (sasl) {
    needs("sasl_username", options.sasl_username);
    needs("sasl_password", options.sasl_password);
  } else {
    useless("sasl_username", options.sasl_username, "\"sasl_plaintext\" or \"sasl_ssl\"");
    useless("sasl_password", options.sasl_password, "\"sasl_plaintext\" or \"sasl_ssl\"");
  }
  if (ssl) return;
  useless("ssl_ca_file", options.ssl_ca_file, "\"ssl\" or \"sasl_ssl\"");
  useless("ssl_certificate_file", options.ssl_certificate_file, "\"ssl\" or \"sasl_ssl\"");
  useless("ssl_key_file", options.ssl_key_file, "\"ssl\" or \"sasl_ssl\"");
  useless("ssl_key_password", options.ssl_key_password, "\"ssl\" or \"sasl_ssl\"");
}

// "host:port", "host" or "[::1]:port"; the schemes that librdkafka would take are left to security_protocol.
void check_brokers(const sdk::Section& section, const Options& options, sdk::Problems& problems) {
  for (const auto& broker : options.brokers) {
    const auto colon = broker.rfind(':');
    const auto port = colon == std::string::npos || broker.ends_with(']')
                          ? 9092
                          : integer(std::string_view(broker).substr(colon + 1)).value_or(0);
    if (colon != 0 && !broker.empty() && port >= 1 && port <= 65'535 && broker.find_first_of("/, ") == std::string::npos)
      continue;
    problems.push_back({place_of(section, "brokers"), text("\"brokers\" in [", section.name, "] has \"", broker,
                                                           "\"; expected host:port, such as \"127.0.0.1:9092\"")});
  }
}

}  // namespace

const sdk::OptionList<Options>& option_list() {
  static const sdk::OptionList<Options> list{
      {"brokers", &Options::brokers, "host:port", not_empty(), "Brokers to ask for the cluster; one that answers is enough."},
      {"linger_ms", &Options::linger_ms, "ms", between(0, 1'000),
       "How long a record waits for others that go with it. Below 2, set max_in_flight = 1 as well, or latency collapses under "
       "load."},
      {"max_in_flight", &Options::max_in_flight, "requests", between(1, 5),
       "Requests to one broker that may wait for their answer; the idempotent producer allows 5."},
      {"compression", &Options::compression, "", one_of({"none", "lz4", "zstd", "snappy", "gzip"}),
       "Of the batches that are sent."},
      {"message_timeout_ms", &Options::message_timeout_ms, "ms", between(1'000, 600'000),
       "A publish that has no answer from the brokers by then fails; keep it below the patience of clients."},
      {"queue_messages", &Options::queue_messages, "messages", between(1, 10'000'000),
       "Publishes that may wait for their answer at one time; the next one is refused with RESOURCE_EXHAUSTED."},
      {"queue_bytes", &Options::queue_bytes, "bytes", between(1'048'576, 2e12), "The same, in bytes of keys and values."},
      {"fetch_queue_messages", &Options::fetch_queue_messages, "messages", between(1, 10'000'000),
       "Records of a partition that a subscription holds ready; above it, fetching pauses."},
      {"fetch_queue_bytes", &Options::fetch_queue_bytes, "bytes", between(1'048'576, 2e9),
       "Bytes that a subscription holds ready; above it, fetching pauses. One more answer of each broker may come on top."},
      {"max_record_bytes", &Options::max_record_bytes, "bytes", between(1, 900'000'000),
       "Largest record (key, value and headers together); a larger one is refused. Brokers take 1048588 by default."},
      {"create_topics", &Options::create_topics, "", any(), "Make topics that are missing; false: somebody else makes them."},
      {"partitions", &Options::partitions, "partitions", between(1, most_partitions), "Partitions of a topic that is made."},
      {"replication_factor", &Options::replication_factor, "brokers", between(1, most_replicas),
       "Copies of a topic that is made; no more than there are brokers."},
      {"topic_partitions", &Options::topic_partitions, "", any(), "Partitions by topic, for those that differ."},
      {"topic_replication", &Options::topic_replication, "", any(), "Copies by topic, for those that differ."},
      {"discover_ms", &Options::discover_ms, "ms", between(100, 9'000),
       "How often the cluster is asked for partitions that were added, and whether it answers."},
      {"statistics_ms", &Options::statistics_ms, "ms", between(0, 86'400'000),
       "How often librdkafka is asked for what is shown of its queue and its connections; 0: never. It is not asked where nobody "
       "watches."},
      {"security_protocol", &Options::security_protocol, "", one_of({"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"}),
       "How to speak to brokers."},
      {"sasl_mechanism", &Options::sasl_mechanism, "", one_of({"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}),
       "How to prove who we are, where security_protocol has SASL."},
      {"sasl_username", &Options::sasl_username, "", any(), "User name for SASL."},
      {"sasl_password", &Options::sasl_password, "", any(), "Password for SASL; better given by the environment.",
       sdk::Mark::secret},
      {"ssl_ca_file", &Options::ssl_ca_file, "", any(), "PEM file of the authorities to trust; empty: the system's."},
      {"ssl_certificate_file", &Options::ssl_certificate_file, "", any(),
       "PEM file of our certificate, where brokers ask for one."},
      {"ssl_key_file", &Options::ssl_key_file, "", any(), "PEM file of our private key."},
      {"ssl_key_password", &Options::ssl_key_password, "", any(), "Password of that file; better given by the environment.",
       sdk::Mark::secret},
      {"librdkafka", &Options::librdkafka, "", any(),
       "Any other key of librdkafka, as text: \"socket.keepalive.enable\" = \"true\". It goes to the producer and to all "
       "consumers.",
       sdk::Mark::secret},
  };
  return list;
}

sdk::Problems read_options(const sdk::Section& given, Options& out) {
  sdk::Section section = given;
  sdk::Problems problems;
  check_secrets(section.name, section.entries, problems);
  std::ranges::move(option_list().read(section, out), std::back_inserter(problems));
  const Options defaults;
  check_brokers(section, out, problems);
  check_topics(section, "topic_partitions", most_partitions, out.topic_partitions, defaults.topic_partitions, problems);
  check_topics(section, "topic_replication", most_replicas, out.topic_replication, defaults.topic_replication, problems);
  check_librdkafka(section, out.librdkafka, problems);
  if (problems.empty()) check_security(section, out, problems);
  return problems;
}

TopicShape shape_of(const Options& options, std::string_view topic) {
  const auto of = [&](const TextTable& table, std::int64_t otherwise) {
    const auto found = table.find(std::string(topic));
    return static_cast<std::int32_t>(found == table.end() ? otherwise : integer(found->second).value_or(otherwise));
  };
  return {of(options.topic_partitions, options.partitions), of(options.topic_replication, options.replication_factor)};
}

std::string broker_names(const Options& options) {
  std::string names;
  for (const auto& broker : options.brokers) names += text(names.empty() ? "" : ", ", broker);
  return names;
}

}  // namespace chatd::kafka
