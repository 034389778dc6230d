#include "host/hub/ring.hpp"

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd::hub;

namespace {

Texts texts(const Ring& ring) {
  Texts all;
  for (auto i = ring.tail(); i != ring.head(); ++i) all.push_back(text(*ring.at(i).frame));
  return all;
}

void push(Ring& ring, FramePtr said, chatd::sdk::Position at = {}) {
  ring.drop(ring.overflow(said->bytes()));
  ring.push({std::move(said), at});
}

void shrink(Ring& ring, std::size_t most) {
  ring.drop(ring.excess(most));
  ring.compact();
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
  for (int i = 0; i < 5; ++i) push(ring, frame(std::to_string(i)));
  CHECK(ring.tail() == 2);
  CHECK(ring.head() == 5);
  CHECK(texts(ring) == Texts{"2", "3", "4"});
  CHECK(ring.bytes() == 3);
}

TEST_CASE("a ring keeps no more bytes than its limit") {
  Ring ring({100, 10});
  push(ring, frame("a", 4));
  push(ring, frame("b", 4));
  push(ring, frame("c", 2));
  CHECK(texts(ring) == Texts{"a", "b", "c"});
  CHECK(ring.bytes() == 10);
  push(ring, frame("d", 1));  // one over: the oldest goes
  CHECK(texts(ring) == Texts{"b", "c", "d"});
  CHECK(ring.bytes() == 7);
  push(ring, frame("e", 9));  // two have to go, and then one more
  CHECK(texts(ring) == Texts{"d", "e"});
  CHECK(ring.bytes() == 10);
}

TEST_CASE("a ring never drops the newest, however large") {
  Ring ring({100, 10});
  push(ring, frame("small", 1));
  push(ring, frame("huge", 1000));
  CHECK(texts(ring) == Texts{"huge"});
  CHECK(ring.bytes() == 1000);
  push(ring, frame("next", 1));
  CHECK(texts(ring) == Texts{"next"});
  CHECK(ring.bytes() == 1);

  Ring one({1, 1});
  for (int i = 0; i < 100; ++i) {
    push(one, frame(std::to_string(i), 7));
    CHECK(texts(one) == Texts{std::to_string(i)});
  }
  CHECK(one.head() == 100);
}

TEST_CASE("a ring grows and goes round with every frame at its sequence number") {
  for (const std::size_t limit : {1u, 2u, 15u, 16u, 17u, 100u, 1000u}) {
    Ring ring({limit, 1'000'000});
    for (std::uint64_t i = 0; i < 3000; ++i) {
      CHECK(ring.head() == i);
      push(ring, frame(std::to_string(i)));
      if (ring.head() - ring.tail() > limit) FAIL("over the limit of " << limit);
      // An eighth at most went at once.
      if (ring.head() > limit && ring.head() - ring.tail() < limit - limit / 8) FAIL("too few of " << limit);
    }
    for (auto i = ring.tail(); i != ring.head(); ++i) {
      if (text(*ring.at(i).frame) != std::to_string(i)) FAIL(i << " of limit " << limit);
    }
  }
}

TEST_CASE("a ring grows in the middle of a round") {
  // By bytes the tail moves before the slots are full, so that the ring wraps and then has to grow.
  Ring ring({1000, 100});
  for (int i = 0; i < 20; ++i) push(ring, frame(std::to_string(i), 10));
  CHECK(ring.tail() == 10);
  for (int i = 20; i < 120; ++i) push(ring, frame(std::to_string(i), 1));
  CHECK(ring.head() - ring.tail() >= 88);
  CHECK(ring.bytes() <= 100);
  for (auto i = ring.tail(); i != ring.head(); ++i) CHECK(text(*ring.at(i).frame) == std::to_string(i));
}

TEST_CASE("a frame that falls off a ring is freed at once") {
  Ring ring({2, 1000});
  auto first = frame("first");
  const std::weak_ptr<const Frame> alive = first;
  push(ring, std::move(first));
  push(ring, frame("second"));
  CHECK_FALSE(alive.expired());
  push(ring, frame("third"));
  CHECK(alive.expired());
}

TEST_CASE("a ring that shrinks keeps its newest, and gives its slots back") {
  Ring ring({1'000'000, 1'000'000});
  for (int i = 0; i < 5'000; ++i) push(ring, frame(std::to_string(i)));
  shrink(ring, 5'000);
  CHECK(ring.tail() == 0);
  shrink(ring, 3);
  CHECK(texts(ring) == Texts{"4997", "4998", "4999"});
  CHECK(ring.bytes() == 3);
  shrink(ring, 0);  // never the newest
  CHECK(texts(ring) == Texts{"4999"});
  for (int i = 5'000; i < 5'040; ++i) push(ring, frame(std::to_string(i)));
  CHECK(ring.head() == 5'040);
  CHECK(ring.tail() == 4'999);
  for (auto i = ring.tail(); i != ring.head(); ++i) CHECK(text(*ring.at(i).frame) == std::to_string(i));
}

TEST_CASE("a ring knows where in the log what it dropped lay, and how many bytes follow a message") {
  Ring ring({3, 1000});
  push(ring, frame("a", 10), {0, 5});
  push(ring, frame("b", 20), {2, 7});
  push(ring, frame("c", 30), {0, 6});
  CHECK(ring.dropped().empty());
  CHECK(ring.bytes_since(0) == 60);
  CHECK(ring.bytes_since(2) == 30);
  CHECK(ring.bytes_since(3) == 0);
  push(ring, frame("d", 40), {0, 7});
  CHECK(ring.dropped() == Offsets{6});
  push(ring, frame("e", 50), {0, 8});
  CHECK(ring.dropped() == Offsets{6, 0, 8});
  CHECK(ring.bytes_since(2) == 120);
  CHECK(ring.at(4).position == chatd::sdk::Position{0, 8});
}

TEST_CASE("a ring that is full gives up an eighth at once, by messages and by bytes") {
  Ring many({80, 1'000'000});
  for (int i = 0; i < 80; ++i) push(many, frame("x"));
  CHECK(many.overflow(1) == 10);
  Ring large({1'000'000, 800});
  for (int i = 0; i < 80; ++i) push(large, frame("x", 10));
  CHECK(large.overflow(10) == 10);
  CHECK(large.overflow(500) == 50);  // more where more is needed
  CHECK(large.overflow(100'000) == 80);
}
