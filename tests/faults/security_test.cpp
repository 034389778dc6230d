// Credentials reach librdkafka, and no secret reaches a log.
#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using test::Mock;
using test::Running;

TEST_CASE("brokers that refuse us are said with the reason, without the password") {
  Mock mock;  // it knows no SASL
  auto options = Running::options(mock);
  options.security_protocol = "sasl_plaintext";
  options.sasl_mechanism = "SCRAM-SHA-256";
  options.sasl_username = "chatd";
  options.sasl_password = "hunter2";
  Running running(options);
  REQUIRE(running.started);
  REQUIRE(test::eventually([&] { return running.lines("do not answer", sdk::Level::warning) > 0; }));
  INFO(running.broker.health().text);
  CHECK(running.broker.health().text.find("SASL") != std::string::npos);
  CHECK(running.publish("k", "v").error().text.find("SASL") != std::string::npos);
  CHECK(running.lines("hunter2") == 0);
}

TEST_CASE("a file that is not there is an error of start") {
  Mock mock;
  auto options = Running::options(mock);
  options.security_protocol = "ssl";
  options.ssl_ca_file = "/nowhere/ca.pem";
  Running running(options);
  REQUIRE_FALSE(running.started);
  CHECK(running.started.error().code == sdk::Code::failed_precondition);
  CHECK(running.started.error().text.starts_with("kafka: librdkafka does not start: ssl.ca.location failed: "));
  CHECK(running.broker.publish("t", {}, running.sent.emplace_back().done).error().code == sdk::Code::unavailable);
}
