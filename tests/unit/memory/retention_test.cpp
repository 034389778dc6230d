// What a partition lets go, when, and what those see who come too late.
#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using memory::Options;
using sdk::testing::RecordingSink;
using test::Running;
using test::soon;

TEST_CASE("the newest records are kept up to their number") {
  Options options;
  options.retention_messages = 3;
  Running running(options);
  for (const auto* value : {"a", "b", "c", "d", "e"}) REQUIRE(running.publish("k", value));
  const auto [partition, begin, end] = running.extent();
  CHECK(begin == 2);
  CHECK(end == 5);
  CHECK(running.values(2, 5) == std::vector<std::string>{"c", "d", "e"});
}

TEST_CASE("the newest records are kept up to their bytes, each with key and headers") {
  Options options;
  options.retention_bytes = 30;
  Running running(options);
  for (int i = 0; i < 5; ++i) REQUIRE(running.publish("key", "value-x"));  // 10 bytes each
  CHECK(running.extent().begin == 2);

  const sdk::Header header{"name", "123456"};
  auto& done = running.completions.emplace_back();
  REQUIRE(running.broker.publish("t", {"key", "value-x", {&header, 1}, running.clock.now()}, done));  // 20 bytes
  CHECK(running.extent().begin == 4);
}

TEST_CASE("the newest record stays though it alone is over the bytes kept") {
  Options options;
  options.retention_bytes = 10;
  Running running(options);
  REQUIRE(running.publish("k", "small"));
  REQUIRE(running.publish("k", std::string(100, 'x')));
  CHECK(running.extent().begin == 1);
  CHECK(running.extent().end == 2);
}

TEST_CASE("records go when they are too old by the host's clock") {
  Options options;
  options.retention_ms = 1000;
  Running running(options);
  REQUIRE(running.publish("k", "a"));
  running.clock.advance(std::chrono::milliseconds(600));
  REQUIRE(running.publish("k", "b"));
  running.clock.advance(std::chrono::milliseconds(399));
  CHECK(running.extent().begin == 0);
  running.clock.advance(std::chrono::milliseconds(1));
  CHECK(running.extent().begin == 1);
  CHECK(running.values(1, 2) == std::vector<std::string>{"b"});
  running.clock.advance(std::chrono::hours(1));
  CHECK(running.extent().begin == 2);
  CHECK(running.extent().end == 2);
  REQUIRE(running.publish("k", "c"));
  CHECK(running.values(2, 3) == std::vector<std::string>{"c"});
}

TEST_CASE("a read from before what is kept says what is kept") {
  Options options;
  options.retention_messages = 2;
  Running running(options);
  for (const auto* value : {"a", "b", "c", "d"}) REQUIRE(running.publish("k", value));
  sdk::testing::RecordingReader reader;
  const auto next = running.broker.read("t", {0, 1}, 4, 10, reader, soon());
  REQUIRE_FALSE(next);
  CHECK(next.error().code == sdk::Code::out_of_range);
  CHECK(next.error().text == "topic \"t\" partition 0 has no offset 1; it holds [2, 4)");
}

TEST_CASE("a subscriber that fell behind is told the gap, keeps what it reads, and goes on") {
  Options options;
  options.retention_messages = 5;
  RecordingSink sink;
  Running running(options);
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  sink.hold();
  REQUIRE(running.publish("k", "first"));
  REQUIRE(sink.wait_held(soon()));
  // Several segments' worth: the one that the sink looks at is dropped from the log meanwhile.
  for (int i = 1; i <= 3000; ++i) REQUIRE(running.publish("k", sdk::text("value-", i)));
  sink.release();
  REQUIRE(sink.wait_records(6, soon()));
  CHECK(sink.gaps() == std::vector<RecordingSink::Gap>{{0, 1, 2996}});
  const auto records = sink.records();
  CHECK(records.front().value == "first");
  CHECK(records[1].value == "value-2996");
  CHECK(records.back().value == "value-3000");
  CHECK(records.back().position == sdk::Position{0, 3000});
}

TEST_CASE("a subscription from earliest begins at what is kept, without a gap") {
  Options options;
  options.retention_messages = 2;
  RecordingSink sink;
  Running running(options);
  for (const auto* value : {"a", "b", "c"}) REQUIRE(running.publish("k", value));
  const auto subscription = running.broker.subscribe("t", sdk::From::earliest, sink).value();
  REQUIRE(sink.wait_records(2, soon()));
  CHECK(sink.begin() == std::vector<sdk::Position>{{0, 1}});
  CHECK(sink.gaps().empty());
}
