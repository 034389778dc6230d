// Brokers that ask who we are: SASL with PLAIN and SCRAM, and TLS. The cluster of KAFKA_STATE has listeners for each.
#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;

namespace {

const std::string plain = "plain-secret";
const std::string scram = "scram-secret";
const std::string see_sasl = "; see sasl_mechanism, sasl_username and sasl_password";

std::string state() { return std::getenv("KAFKA_STATE"); }

std::string first_line(const std::string& file) {
  std::ifstream in(state() + "/" + file);
  std::string line;
  std::getline(in, line);
  REQUIRE_FALSE(line.empty());
  return line;
}

HostOptions options(const std::string& brokers, const std::string& protocol) {
  HostOptions options;
  options.set = {"plugins.load=kafka", "broker.plugin=kafka", "plugins.kafka.brokers=" + brokers,
                 "plugins.kafka.security_protocol=" + protocol};
  return options;
}

HostOptions password(const std::string& mechanism, const std::string& secret) {
  auto with = options(first_line("brokers.sasl"), "sasl_plaintext");
  with.set.insert(with.set.end(), {"plugins.kafka.sasl_mechanism=" + mechanism, "plugins.kafka.sasl_username=chatd"});
  with.environment = {"CHATD_PLUGINS__KAFKA__SASL_PASSWORD=" + secret};
  return with;
}

void delivers(const HostOptions& options) {
  const HostProcess host(options);
  const bool serving = within(kafka_patience, [&] { return serves(host); });
  INFO("the host said:\n" << host.log());
  REQUIRE(serving);
  Listener listener(host.address(), hello("alice"));
  Chatter(host.address()).say("bob", "hello");
  CHECK(listener.wait_for_contents(1) == std::vector<std::string>{"hello"});
}

// Not serving, and the host's own line says why.
void refused(const HostOptions& options, const std::string& why, const std::string& remedy) {
  const HostProcess host(options);
  const bool said = within(kafka_patience, [&] { return host.log().find(why) != std::string::npos; });
  INFO("the host said:\n" << host.log());
  CHECK(said);
  CHECK(host.says(remedy));
  CHECK_FALSE(serves(host));
  CHECK(host.log().find("brokers answer") == std::string::npos);
  const auto status = Chatter(host.address()).publish(message("bob", "hello"));
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find(why) != std::string::npos);
  for (const auto& secret : options.environment) {
    CHECK(host.log().find(secret.substr(secret.find('=') + 1)) == std::string::npos);
  }
}

}  // namespace

TEST_CASE("a host logs in by password, and delivers") {
  delivers(password("PLAIN", plain));
  delivers(password("SCRAM-SHA-512", scram));
}

TEST_CASE("a wrong password is said to be one, and is not shown") {
  refused(password("PLAIN", scram), "SASL authentication error: Authentication failed: Invalid username or password", see_sasl);
  refused(password("SCRAM-SHA-512", plain), "SASL authentication error: Authentication failed", see_sasl);
  refused(password("SCRAM-SHA-256", scram), "supported mechanisms: PLAIN,SCRAM-SHA-512", see_sasl);
}

TEST_CASE("a host speaks TLS to brokers of an authority that it trusts, and delivers") {
  auto trusting = options(first_line("brokers.tls"), "ssl");
  trusting.set.push_back("plugins.kafka.ssl_ca_file=" + state() + "/tls/ca.pem");
  delivers(trusting);
}

TEST_CASE("brokers of an authority that is not trusted are refused") {
  refused(options(first_line("brokers.tls"), "ssl"), "certificate verify failed", "see ssl_ca_file");
}
