#include "host/limits/tally.hpp"

#include <string>

#include "catch.hpp"
#include "host/limits/meters.hpp"

using namespace chatd::limits;
using namespace std::chrono_literals;

TEST_CASE("so many of each, and one more when one has left") {
  Tally<std::string> tally(2);
  const auto first = tally.enter("a"), second = tally.enter("a"), other = tally.enter("b");
  REQUIRE((first && second && other));
  CHECK_FALSE(tally.enter("a"));
  tally.leave(*first);
  const auto third = tally.enter("a");
  REQUIRE(third);
  CHECK_FALSE(tally.enter("a"));
}

TEST_CASE("a tally of 0 is any number") {
  Tally<int> tally(0);
  for (int i = 0; i < 100; ++i) {
    const auto place = tally.enter(1);
    REQUIRE(place);
    tally.leave(*place);
  }
}

TEST_CASE("each key has a bucket of its own, which is forgotten when it is full") {
  Meters<std::string> meters({10, 1});
  const Time now{1h};
  CHECK(meters.take("a", now) == 0ns);
  CHECK(meters.take("a", now) == 100ms);
  CHECK(meters.take("b", now) == 0ns);
  for (int i = 0; i < 4; ++i) meters.tick(now + 99ms);
  CHECK(meters.size() == 2);
  CHECK(meters.take("b", now + 100ms) == 0ns);
  for (int i = 0; i < 4; ++i) meters.tick(now + 100ms);
  CHECK(meters.size() == 1);
}

TEST_CASE("meters of a rate of 0 keep nothing") {
  Meters<std::string> meters({});
  for (int i = 0; i < 100; ++i) CHECK(meters.take("a", Time{}) == 0ns);
  CHECK(meters.size() == 0);
}

TEST_CASE("another number holds from then on, and who was not counted is not") {
  Tally<int> tally(0);
  const auto uncounted = tally.enter(1);
  tally.change(1);
  const auto first = tally.enter(1);
  REQUIRE((uncounted && first));
  CHECK_FALSE(tally.enter(1));
  tally.leave(*uncounted);
  CHECK_FALSE(tally.enter(1));
  tally.change(2);
  CHECK(tally.enter(1));
  tally.change(0);
  tally.leave(*first);
  CHECK(tally.enter(1));
}
