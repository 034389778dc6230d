// How records lie in segments: the places where one ends and the next begins.
#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using memory::Options;
using test::Running;
using test::soon;

TEST_CASE("reads cross segments, and keep their limit") {
  Running running(Options{});
  for (int i = 0; i < 2500; ++i) REQUIRE(running.publish("k", std::to_string(i)));
  const auto values = running.values(0, 2500);
  REQUIRE(values.size() == 2500);
  for (int i = 0; i < 2500; ++i) REQUIRE(values[static_cast<std::size_t>(i)] == std::to_string(i));
  sdk::testing::RecordingReader reader;
  CHECK(running.broker.read("t", {0, 1000}, 2500, 1200, reader, soon()) == 2200);
  CHECK(reader.records.size() == 1200);
  CHECK(reader.records.front().position == sdk::Position{0, 1000});
}

TEST_CASE("records larger than a segment are kept among small ones") {
  Running running(Options{});
  const std::string large(700'000, 'x');
  for (const auto& value : {std::string("a"), large, std::string("b"), large, std::string("c")})
    REQUIRE(running.publish("k", value));
  CHECK(running.values(0, 5) == std::vector<std::string>{"a", large, "b", large, "c"});
}

TEST_CASE("an empty range and a limit of nothing read nothing") {
  Running running(Options{});
  for (const auto* value : {"a", "b", "c"}) REQUIRE(running.publish("k", value));
  sdk::testing::RecordingReader reader;
  CHECK(running.broker.read("t", {0, 2}, 1, 10, reader, soon()) == 2);
  CHECK(running.broker.read("t", {0, 1}, 3, 0, reader, soon()) == 1);
  CHECK(reader.records.empty());
}

TEST_CASE("partitions can be added to a topic that exists") {
  Running running(Options{});
  const auto missing = running.broker.add_partitions("t", 1);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text == "memory broker: no topic \"t\"; a publish or a subscription makes it");
  REQUIRE(running.publish("bob", "before"));
  REQUIRE(running.broker.add_partitions("t", 5));
  CHECK(running.broker.extents("t", soon())->size() == 6);
  CHECK(running.publish("bob", "after").value() == sdk::Position{2, 0});
}

TEST_CASE("an unknown partition is told with how many there are") {
  Running running(Options{});
  REQUIRE(running.publish("k", "a"));
  sdk::testing::RecordingReader reader;
  const auto next = running.broker.read("t", {3, 0}, 1, 10, reader, soon());
  REQUIRE_FALSE(next);
  CHECK(next.error().text == "topic \"t\" has no partition 3; it has 1 partition");
}
