#include "plugins/kafka/configuration.hpp"

#include <array>

#include "catch.hpp"

using namespace chatd::kafka;

namespace {

std::string value_of(const Conf& conf, const char* key) {
  std::array<char, 512> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(conf.get(), key, value.data(), &size) != RD_KAFKA_CONF_OK) return "?";
  return value.data();
}

}  // namespace

TEST_CASE("the producer is idempotent and places keys as the old servers do") {
  const auto conf = configuration(Part::producer, Options{}, "host-1").value();
  CHECK(value_of(conf, "enable.idempotence") == "true");
  CHECK(value_of(conf, "acks") == "-1");
  CHECK(value_of(conf, "partitioner") == "fnv1a");
  CHECK(value_of(conf, "client.id") == "host-1");
  CHECK(value_of(conf, "linger.ms") == "5");
  CHECK(value_of(conf, "allow.auto.create.topics") == "false");
}

TEST_CASE("a subscription joins no group, commits nothing and skips nothing") {
  const auto conf = configuration(Part::subscription, Options{}, "host-1").value();
  CHECK(value_of(conf, "enable.auto.commit") == "false");
  CHECK(value_of(conf, "auto.offset.reset") == "error");
  CHECK(value_of(conf, "queued.max.messages.kbytes") == "16384");
}

TEST_CASE("a member shares partitions cooperatively, and begins at the first record") {
  const auto conf = configuration(Part::member, Options{}, "host-1", "group").value();
  CHECK(value_of(conf, "group.id") == "group");
  CHECK(value_of(conf, "partition.assignment.strategy") == "cooperative-sticky");
  CHECK(value_of(conf, "auto.offset.reset") == "smallest");  // librdkafka's old word for earliest
  CHECK(value_of(conf, "enable.auto.offset.store") == "false");
}

TEST_CASE("SASL and TLS reach librdkafka, and so do its own keys") {
  Options options;
  options.security_protocol = "sasl_ssl";
  options.sasl_mechanism = "SCRAM-SHA-512";
  options.sasl_username = "chatd";
  options.sasl_password = "secret";
  options.ssl_ca_file = "/etc/ca.pem";
  options.librdkafka = {{"socket.timeout.ms", "1234"}};
  for (const auto part : {Part::producer, Part::subscription, Part::desk, Part::range, Part::member}) {
    const auto conf = configuration(part, options, "host-1", "group").value();
    CHECK(value_of(conf, "security.protocol") == "sasl_ssl");
    CHECK(value_of(conf, "sasl.mechanism") == "SCRAM-SHA-512");
    CHECK(value_of(conf, "sasl.username") == "chatd");
    CHECK(value_of(conf, "sasl.password") == "secret");
    CHECK(value_of(conf, "ssl.ca.location") == "/etc/ca.pem");
    CHECK(value_of(conf, "socket.timeout.ms") == "1234");
  }
}
