#include <string>

#include "catch.hpp"
#include "cluster.hpp"
#include "host_process.hpp"
#include "topic.hpp"

using namespace chatd::testing;

namespace {

bool says(const Finished& finished, const std::string& text) { return finished.out.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("kafka-alone makes its topic and reads every record that it wrote") {
  const std::string topic = unique_name("bench");
  for (const std::string rate : {"0", "200"}) {
    const auto finished =
        run_chatd({"kafka-alone", "--brokers", brokers(), "--topic", topic, "--records", "300", "--rate", rate, "--json", "-"});
    INFO(finished.out << finished.err);
    CHECK(finished.status == 0);
    CHECK(says(finished, "\"records\": 300.0"));
    CHECK(says(finished, "\"lost\": 0"));
    CHECK(says(finished, "\"latency_p99_ms\""));
  }
  // In the form of the contract, so that it weighs what a message weighs.
  const auto records = Topic(topic).records();
  REQUIRE(records.size() == 600);
  CHECK(records.front().value.find("\"user_id\":\"bench-user-") != std::string::npos);
  CHECK(records.front().headers.at(0).first == "chatd-message-id");
}

TEST_CASE("kafka-alone says that no broker answers") {
  const auto finished = run_chatd({"kafka-alone", "--brokers", "127.0.0.1:1", "--records", "1"});
  INFO(finished.out << finished.err);
  CHECK(finished.status == 1);
  CHECK(finished.err.find("the brokers do not answer") != std::string::npos);
}
