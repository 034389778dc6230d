#include "host/limits/bucket.hpp"

#include "catch.hpp"

using namespace chatd::limits;
using namespace std::chrono_literals;

TEST_CASE("a full bucket gives its burst at once, and then one at a time") {
  const Rate rate{10, 3};
  Bucket bucket;
  Time now{1h};
  for (int i = 0; i < 3; ++i) {
    REQUIRE(bucket.wait(rate, now) == 0ns);
    bucket.take(rate, now);
  }
  CHECK(bucket.wait(rate, now) == 100ms);
  CHECK(bucket.wait(rate, now + 40ms) == 60ms);
  now += 100ms;
  REQUIRE(bucket.wait(rate, now) == 0ns);
  bucket.take(rate, now);
  CHECK(bucket.wait(rate, now) == 100ms);
}

TEST_CASE("a bucket is full again after its burst's time, and holds no more than that") {
  const Rate rate{10, 3};
  Bucket bucket;
  Time now{1h};
  CHECK(bucket.full(now));
  for (int i = 0; i < 3; ++i) bucket.take(rate, now);
  CHECK_FALSE(bucket.full(now + 299ms));
  CHECK(bucket.full(now + 300ms));
  now += 24h;
  for (int i = 0; i < 3; ++i) bucket.take(rate, now);
  CHECK(bucket.wait(rate, now) == 100ms);
}

TEST_CASE("a rate of 0 is any number") {
  const Rate any{};
  Bucket bucket;
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(bucket.wait(any, Time{}) == 0ns);
    bucket.take(any, Time{});
  }
  CHECK(bucket.full(Time{}));
}
