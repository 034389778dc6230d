#include "plugins/kafka/options.hpp"

#include "catch.hpp"

using namespace chatd;
using kafka::Options;
using Texts = std::vector<std::string>;

namespace {

sdk::Entry entry(std::string key, sdk::Value value, std::uint32_t line = 4) {
  return {std::move(key), std::move(value), {"chat.toml", line, 1}};
}

Texts problems(sdk::Table entries, Options* out = nullptr) {
  Options options;
  Texts texts;
  for (const auto& problem : kafka::read_options({"plugins.kafka", {"chat.toml", 3, 1}, std::move(entries)}, options))
    texts.push_back(problem.str());
  if (out) *out = options;
  return texts;
}

}  // namespace

TEST_CASE("an empty table is right, and means three brokers on this machine") {
  Options options;
  CHECK(problems({}, &options).empty());
  CHECK(kafka::broker_names(options) == "127.0.0.1:9092, 127.0.0.1:9093, 127.0.0.1:9094");
  CHECK(options.linger_ms == 5);
  CHECK(options.create_topics);
}

TEST_CASE("what is wrong is said with its place, what was found, and what is expected") {
  CHECK(problems({entry("lingr_ms", std::int64_t{5})}) ==
        Texts{R"(chat.toml:4:1: unknown key "lingr_ms" in [plugins.kafka]; did you mean "linger_ms"?)"});
  CHECK(problems({entry("max_in_flight", std::int64_t{6})}) ==
        Texts{R"(chat.toml:4:1: "max_in_flight" in [plugins.kafka] is 6; expected an integer from 1 to 5 (requests))"});
  CHECK(problems({entry("brokers", Texts{"localhost", "[::1]:9092", "kafka:0"})}) ==
        Texts{R"(chat.toml:4:1: "brokers" in [plugins.kafka] has "kafka:0"; expected host:port, such as "127.0.0.1:9092")"});
  CHECK(problems({entry("brokers", sdk::RawText{"a:1,b:2"})}).empty());
}

TEST_CASE("librdkafka's keys are tried, each with its place") {
  CHECK(problems({entry("librdkafka", sdk::Table{entry("socket.keepalive.enable", "true", 7)})}).empty());
  CHECK(
      problems({entry("librdkafka", sdk::Table{entry("socket.keepalive.enabel", "true", 7)})}) ==
      Texts{
          R"(chat.toml:7:1: unknown librdkafka key "socket.keepalive.enabel"; did you mean "socket.keepalive.enable"? (in [plugins.kafka.librdkafka]))"});
  const auto wrong = problems({entry("librdkafka", sdk::Table{entry("socket.timeout.ms", "soon", 8)})});
  REQUIRE(wrong.size() == 1);
  CHECK(wrong.front().starts_with(R"(chat.toml:8:1: librdkafka does not take this value of "socket.timeout.ms": )"));
  CHECK(problems({entry("librdkafka", sdk::RawText{"nonsense.key=1"})}).size() == 1);
}

TEST_CASE("keys that chatd sets itself are refused with the name of its own") {
  CHECK(
      problems({entry("librdkafka", sdk::Table{entry("linger.ms", "1", 7), entry("acks", "1", 8)})}) ==
      Texts{R"(chat.toml:8:1: "acks" is chatd's own, which relies on its value; leave it out (in [plugins.kafka.librdkafka]))",
            R"(chat.toml:7:1: "linger.ms" is set by "linger_ms" of [plugins.kafka]; use that (in [plugins.kafka.librdkafka]))"});
}

TEST_CASE("tables of topics hold integers, and leave other topics their defaults") {
  CHECK(
      problems({entry("topic_partitions", sdk::Table{entry("chatting", "many", 6)})}) ==
      Texts{
          R"(chat.toml:6:1: "chatting" in [plugins.kafka.topic_partitions] is "many"; expected an integer from 1 to 10000 in quotes)"});
  Options options;
  REQUIRE(
      problems({entry("topic_partitions", sdk::Table{entry("chat-rooms", "12")}), entry("replication_factor", std::int64_t{3})},
               &options)
          .empty());
  const auto shape = [&](std::string_view topic) {
    const auto [partitions, replicas] = kafka::shape_of(options, topic);
    return std::pair(partitions, replicas);
  };
  CHECK(shape("chat-rooms") == std::pair(12, 3));
  CHECK(shape("chatting") == std::pair(2, 2));
  CHECK(shape("user-connections") == std::pair(3, 2));
  CHECK(shape("another") == std::pair(6, 3));
}

TEST_CASE("security that is not complete, or not used, is said") {
  CHECK(problems({entry("security_protocol", "sasl_ssl"), entry("sasl_username", "chatd", 5)}) ==
        Texts{R"(chat.toml:3:1: "sasl_password" in [plugins.kafka] is empty; security_protocol = "sasl_ssl" needs it)"});
  CHECK(
      problems({entry("sasl_username", "chatd", 5)}) ==
      Texts{
          R"(chat.toml:5:1: "sasl_username" in [plugins.kafka] is set, but security_protocol is "plaintext"; set that to "sasl_plaintext" or "sasl_ssl", or leave the key out)"});
  CHECK(
      problems({entry("ssl_ca_file", "ca.pem", 5)}) ==
      Texts{
          R"(chat.toml:5:1: "ssl_ca_file" in [plugins.kafka] is set, but security_protocol is "plaintext"; set that to "ssl" or "sasl_ssl", or leave the key out)"});
}

TEST_CASE("no problem shows a secret") {
  const auto all = problems({entry("sasl_password", std::int64_t{4711}), entry("ssl_key_password", true, 5),
                             entry("librdkafka", sdk::Table{entry("ssl.keystore.password", std::int64_t{4712}, 6),
                                                            entry("sasl.password", "4713", 7)})});
  CHECK(all == Texts{"chat.toml:4:1: \"sasl_password\" in [plugins.kafka] is not a text; expected a text in quotes (not shown: "
                     "it is secret)",
                     "chat.toml:5:1: \"ssl_key_password\" in [plugins.kafka] is not a text; expected a text in quotes (not "
                     "shown: it is secret)",
                     "chat.toml:6:1: \"ssl.keystore.password\" in [plugins.kafka.librdkafka] is not a text; expected a text in "
                     "quotes (not shown: "
                     "it is secret)",
                     "chat.toml:7:1: \"sasl.password\" is set by \"sasl_password\" of [plugins.kafka]; use that (in "
                     "[plugins.kafka.librdkafka])"});
}
