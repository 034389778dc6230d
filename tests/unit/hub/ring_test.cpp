#include "host/hub/ring.hpp"

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd::hub;

namespace {

Texts texts(const Ring& ring) {
  Texts all;
  for (auto i = ring.tail(); i != ring.head(); ++i) all.push_back(text(*ring.at(i)));
  return all;
}

}  // namespace

TEST_CASE("an empty ring begins at nothing") {
  const Ring ring({10, 10});
  CHECK(ring.head() == 0);
  CHECK(ring.tail() == 0);
  CHECK(ring.bytes() == 0);
}

TEST_CASE("a ring keeps no more messages than its limit, the newest") {
  Ring ring({3, 1000});
  for (int i = 0; i < 5; ++i) ring.push(frame(std::to_string(i)));
  CHECK(ring.tail() == 2);
  CHECK(ring.head() == 5);
  CHECK(texts(ring) == Texts{"2", "3", "4"});
  CHECK(ring.bytes() == 3);
}

TEST_CASE("a ring keeps no more bytes than its limit") {
  Ring ring({100, 10});
  ring.push(frame("a", 4));
  ring.push(frame("b", 4));
  ring.push(frame("c", 2));
  CHECK(texts(ring) == Texts{"a", "b", "c"});
  CHECK(ring.bytes() == 10);
  ring.push(frame("d", 1));  // one over: the oldest goes
  CHECK(texts(ring) == Texts{"b", "c", "d"});
  CHECK(ring.bytes() == 7);
  ring.push(frame("e", 9));  // two have to go, and then one more
  CHECK(texts(ring) == Texts{"d", "e"});
  CHECK(ring.bytes() == 10);
}

TEST_CASE("a ring never drops the newest, however large") {
  Ring ring({100, 10});
  ring.push(frame("small", 1));
  ring.push(frame("huge", 1000));
  CHECK(texts(ring) == Texts{"huge"});
  CHECK(ring.bytes() == 1000);
  ring.push(frame("next", 1));
  CHECK(texts(ring) == Texts{"next"});
  CHECK(ring.bytes() == 1);

  Ring one({1, 1});
  for (int i = 0; i < 100; ++i) {
    one.push(frame(std::to_string(i), 7));
    CHECK(texts(one) == Texts{std::to_string(i)});
  }
  CHECK(one.head() == 100);
}

TEST_CASE("a ring grows and goes round with every frame at its sequence number") {
  for (const std::size_t limit : {1u, 2u, 15u, 16u, 17u, 100u, 1000u}) {
    Ring ring({limit, 1'000'000});
    for (std::uint64_t i = 0; i < 3000; ++i) {
      CHECK(ring.head() == i);
      ring.push(frame(std::to_string(i)));
      if (ring.head() - ring.tail() > limit) FAIL("over the limit of " << limit);
    }
    CHECK(ring.head() - ring.tail() == limit);
    for (auto i = ring.tail(); i != ring.head(); ++i) {
      if (text(*ring.at(i)) != std::to_string(i)) FAIL(i << " of limit " << limit);
    }
  }
}

TEST_CASE("a ring grows in the middle of a round") {
  // By bytes the tail moves before the slots are full, so that the ring wraps and then has to grow.
  Ring ring({1000, 100});
  for (int i = 0; i < 20; ++i) ring.push(frame(std::to_string(i), 10));
  CHECK(ring.tail() == 10);
  for (int i = 20; i < 120; ++i) ring.push(frame(std::to_string(i), 1));
  CHECK(ring.head() - ring.tail() == 100);
  CHECK(ring.bytes() == 100);
  for (auto i = ring.tail(); i != ring.head(); ++i) CHECK(text(*ring.at(i)) == std::to_string(i));
}

TEST_CASE("a frame that falls off a ring is freed at once") {
  Ring ring({2, 1000});
  auto first = frame("first");
  const std::weak_ptr<const Frame> alive = first;
  ring.push(std::move(first));
  ring.push(frame("second"));
  CHECK_FALSE(alive.expired());
  ring.push(frame("third"));
  CHECK(alive.expired());
}

TEST_CASE("a ring that shrinks keeps its newest, and gives its slots back") {
  Ring ring({1'000'000, 1'000'000});
  for (int i = 0; i < 5'000; ++i) ring.push(frame(std::to_string(i)));
  ring.shrink(5'000);
  CHECK(ring.tail() == 0);
  ring.shrink(3);
  CHECK(texts(ring) == Texts{"4997", "4998", "4999"});
  CHECK(ring.bytes() == 3);
  ring.shrink(0);  // never the newest
  CHECK(texts(ring) == Texts{"4999"});
  for (int i = 5'000; i < 5'040; ++i) ring.push(frame(std::to_string(i)));
  CHECK(ring.head() == 5'040);
  CHECK(ring.tail() == 4'999);
  for (auto i = ring.tail(); i != ring.head(); ++i) CHECK(text(*ring.at(i)) == std::to_string(i));
}
