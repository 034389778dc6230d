// What the broker tells of itself, against what was done to it.
#include <map>
#include <string>

#include "catch.hpp"
#include "host/observe/registry.hpp"
#include "running.hpp"

using namespace chatd;
using test::eventually;
using test::Mock;
using test::Request;
using test::Running;
using test::soon;

namespace {

class Watched {
 public:
  explicit Watched(kafka::Options options) {
    options.statistics_ms = 50;
    broker.configure(std::move(options));
    REQUIRE(broker.start({log, clock, "test", &registry}).has_value());
    REQUIRE(eventually([this] { return broker.health().ready; }));
  }

  // By name, labels after it as they stand; a histogram by its count.
  std::map<std::string, double> now() {
    std::map<std::string, double> values;
    for (const auto& family : registry.snapshot()) {
      for (const auto& sample : family.samples) {
        auto name = family.name;
        for (const auto& [label, value] : sample.labels) name += ' ' + value;
        double count = 0;
        for (const auto in_bucket : sample.counts) count += static_cast<double>(in_bucket);
        values[name] = family.kind == sdk::MetricKind::histogram ? count : sample.value;
      }
    }
    return values;
  }
  sdk::Result<sdk::Position> publish(std::string_view value) {
    sdk::testing::RecordingCompletion done;
    const std::string kept(value);
    if (auto accepted = broker.publish("t", {"k", kept, {}, std::chrono::system_clock::now()}, done); !accepted)
      return std::unexpected(accepted.error());
    return done.wait(std::chrono::steady_clock::now() + std::chrono::seconds(40))
        .value_or(sdk::fail(sdk::Code::internal, "no answer"));
  }

  observe::Registry registry;
  sdk::testing::RecordingLogger log;
  sdk::testing::ManualClock clock;
  kafka::Broker broker;
};

}  // namespace

TEST_CASE("lag is what a slow sink was not given, and nothing once it was") {
  Mock mock;
  mock.make_topic("t", 1);
  Watched watched(Running::options(mock));
  sdk::testing::RecordingSink sink;
  const auto subscription = watched.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  sink.hold();
  REQUIRE(watched.publish("first"));
  REQUIRE(sink.wait_held(soon()));
  for (int i = 0; i < 5; ++i) REQUIRE(watched.publish("more"));
  // The one that it holds counts, too.
  CHECK(eventually([&] { return watched.now()["chatd_kafka_lag_records t 0"] == 6; }));
  watched.clock.advance(std::chrono::seconds(90));
  CHECK(watched.now()["chatd_kafka_lag_seconds t 0"] >= 90);
  sink.release();
  REQUIRE(sink.wait_records(6, soon()));
  CHECK(eventually([&] { return watched.now()["chatd_kafka_lag_records t 0"] == 0; }));
  auto now = watched.now();
  CHECK(now["chatd_kafka_lag_seconds t 0"] == 0);
  CHECK(now["chatd_kafka_partitions t"] == 1);
  CHECK(now["chatd_kafka_assignments_total t"] == 1);
  CHECK(now["chatd_kafka_publish_seconds"] == 6);
  CHECK(now["chatd_kafka_brokers"] == 1);
  CHECK(eventually([&] { return watched.now()["chatd_kafka_connections 1 up"] >= 2; }));
  CHECK(now["chatd_kafka_connections 1 down"] == 0);
}

TEST_CASE("what waits for brokers that do not answer is shown, and what came of it") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.message_timeout_ms = 1'000;
  Watched watched(options);
  REQUIRE(watched.publish("first"));
  mock.round_trip_ms(20'000);
  sdk::testing::RecordingCompletion done;
  REQUIRE(watched.broker.publish("t", {"k", "waits", {}, watched.clock.now()}, done).has_value());
  CHECK(eventually([&] {
    auto now = watched.now();
    return now["chatd_kafka_queue_messages"] == 1 && now["chatd_kafka_queue_bytes"] == 5;
  }));
  REQUIRE(done.wait(soon()).has_value());
  CHECK(watched.now()["chatd_kafka_errors_total publish _MSG_TIMED_OUT"] == 1);
  CHECK(watched.now()["chatd_kafka_publish_seconds"] == 1);
  mock.down();
  CHECK(eventually([&] {
    auto now = watched.now();
    return now["chatd_kafka_connections 1 up"] == 0 && now["chatd_kafka_connections 1 down"] >= 1;
  }));
  CHECK(watched.now()["chatd_kafka_errors_total connection _TRANSPORT"] >= 1);
}

TEST_CASE("nothing is shown of a broker that was stopped") {
  Mock mock;
  mock.make_topic("t", 1);
  Watched watched(Running::options(mock));
  CHECK(watched.now().contains("chatd_kafka_brokers"));
  watched.broker.stop();
  CHECK_FALSE(watched.now().contains("chatd_kafka_brokers"));
}
