#include "host/limits/publishers.hpp"

#include <optional>
#include <string>

#include "catch.hpp"

using namespace chatd::limits;
using namespace std::chrono_literals;

namespace {

// The reason why it was refused; nothing: it was let in, and is over.
std::optional<Reason> publish(Publishers& publishers, const std::string& user, Time now) {
  const auto place = publishers.enter(user, now);
  if (!place) return place.error().reason;
  publishers.leave(*place);
  return std::nullopt;
}

void ticks(Publishers& publishers, Time now) {
  for (int i = 0; i < 4; ++i) publishers.tick(now);
}

}  // namespace

TEST_CASE("one user's publishes in flight are bounded, and nobody else's by that") {
  Publishers publishers({.in_flight_per_user = 2});
  const auto first = publishers.enter("alice", {}), second = publishers.enter("alice", {});
  REQUIRE((first && second));
  const auto third = publishers.enter("alice", {});
  REQUIRE_FALSE(third);
  CHECK(third.error().reason == Reason::publishes_in_flight_per_user);
  CHECK_FALSE(publish(publishers, "bob", {}));
  publishers.leave(*first);
  CHECK_FALSE(publish(publishers, "alice", {}));
  publishers.leave(*second);
  CHECK(publishers.size() == 0);
}

TEST_CASE("one user publishes so many a second, and others as many") {
  Publishers publishers({.rate_per_user = {10, 3}});
  Time now{1h};
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(publish(publishers, "alice", now));
  const auto refused = publishers.enter("alice", now);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == Reason::publish_rate_per_user);
  CHECK(refused.error().wait == 100ms);
  CHECK_FALSE(publish(publishers, "bob", now));
  now += refused.error().wait;
  CHECK_FALSE(publish(publishers, "alice", now));
  CHECK(publish(publishers, "alice", now) == Reason::publish_rate_per_user);
}

TEST_CASE("all together publish so many a second, and what is refused costs nobody anything") {
  Publishers publishers({.rate = {10, 2}, .rate_per_user = {1, 1}});
  Time now{1h};
  CHECK_FALSE(publish(publishers, "alice", now));
  CHECK_FALSE(publish(publishers, "bob", now));
  CHECK(publish(publishers, "carol", now) == Reason::publish_rate);
  CHECK(publishers.size() == 2);
  now += 100ms;
  CHECK(publish(publishers, "alice", now) == Reason::publish_rate_per_user);
  CHECK_FALSE(publish(publishers, "carol", now));
}

TEST_CASE("users who published are forgotten when they may publish as at first, and those in flight are not") {
  Publishers publishers({.rate_per_user = {10, 3}});
  const Time now{1h};
  const auto held = publishers.enter("held", now);
  REQUIRE(held);
  for (int i = 0; i < 100; ++i) REQUIRE_FALSE(publish(publishers, "user" + std::to_string(i), now));
  ticks(publishers, now + 99ms);
  CHECK(publishers.size() == 101);
  ticks(publishers, now + 100ms);
  CHECK(publishers.size() == 1);
  publishers.leave(*held);
  ticks(publishers, now + 100ms);
  CHECK(publishers.size() == 0);
}

TEST_CASE("other limits hold for publishes that come then, and those in flight stay") {
  Publishers publishers({.in_flight_per_user = 2});
  const auto first = publishers.enter("alice", {}), second = publishers.enter("alice", {});
  REQUIRE((first && second));
  publishers.change({.in_flight_per_user = 1, .rate_per_user = {1, 1}});
  CHECK(publish(publishers, "alice", Time{1h}) == Reason::publishes_in_flight_per_user);
  publishers.leave(*first);
  publishers.leave(*second);
  CHECK_FALSE(publish(publishers, "alice", Time{1h}));
  CHECK(publish(publishers, "alice", Time{1h}) == Reason::publish_rate_per_user);
  publishers.change({.in_flight_per_user = 1});
  CHECK_FALSE(publish(publishers, "alice", Time{1h}));
}
