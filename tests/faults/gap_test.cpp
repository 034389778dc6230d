// A subscriber that is slower than the log keeps records.
#include <cstdint>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using test::Mock;
using test::Running;
using test::soon;

TEST_CASE("records that went before a slow sink came to them are a gap, and delivery goes on behind it") {
  Mock mock;
  mock.make_topic("t", 1);
  auto options = Running::options(mock);
  options.fetch_queue_messages = 1;
  options.fetch_queue_bytes = 1'048'576;
  options.librdkafka = {{"fetch.message.max.bytes", "100000"}};
  sdk::testing::RecordingSink sink;
  Running running(options);
  REQUIRE(running.ready());
  const auto subscription = running.broker.subscribe("t", sdk::From::latest, sink).value();
  REQUIRE(sink.wait_started(soon()));
  sink.hold();
  REQUIRE(running.publish("k", "first"));
  REQUIRE(sink.wait_held(soon()));
  // Twice what the mock keeps.
  const std::string value(100'000, 'x');
  for (int i = 0; i < 100; ++i) REQUIRE(running.publish("k", value));
  sink.release();
  REQUIRE(running.publish("k", "last"));
  REQUIRE(test::eventually([&] {
    const auto records = sink.records();
    return records.back().value == "last";
  }));

  REQUIRE(sink.gaps().size() == 1);
  const auto [partition, from, to] = sink.gaps().front();
  CHECK(partition == 0);
  CHECK(to > from);
  // Every offset was delivered, or is in the gap, once.
  std::int64_t next = 0;
  for (const auto& record : sink.records()) {
    if (next == from) next = to;
    CHECK(record.position.offset == next);
    next = record.position.offset + 1;
  }
  CHECK(next == 102);
  CHECK(running.lines("were deleted before this host read them", sdk::Level::warning) == 1);
}
