#include "host/hub/repeats.hpp"

#include "catch.hpp"

using namespace chatd;
using namespace chatd::hub;
using namespace std::chrono_literals;

namespace {

constexpr sdk::Position here{0, 1};
constexpr sdk::Position there{0, 9};

}  // namespace

TEST_CASE("a message with the same room, sender and id is a repeat of the first") {
  Repeats repeats(1'000ms);
  CHECK_FALSE(repeats.see("room", "alice", "1", here, 5'000));
  CHECK(repeats.see("room", "alice", "1", there, 5'001) == here);
  CHECK(repeats.see("room", "alice", "1", there, 5'001) == here);
  CHECK_FALSE(repeats.see("room", "alice", "2", there, 5'001));
  CHECK_FALSE(repeats.see("room", "bob", "1", there, 5'001));
  CHECK_FALSE(repeats.see("other", "alice", "1", there, 5'001));
  CHECK_FALSE(repeats.see("room", "alic", "e1", there, 5'001));
  CHECK_FALSE(repeats.see("rooma", "lice", "1", there, 5'001));
}

TEST_CASE("a repeat is one within the window of the last time it was said") {
  Repeats repeats(1'000ms);
  CHECK_FALSE(repeats.see("", "alice", "1", here, 5'000));
  CHECK(repeats.see("", "alice", "1", there, 6'000) == here);  // at the window's edge
  CHECK(repeats.see("", "alice", "1", there, 7'000) == here);  // of the repeat, so that hosts that know less agree
  CHECK_FALSE(repeats.see("", "alice", "1", there, 8'001));
  CHECK(repeats.see("", "alice", "1", {0, 20}, 8'500) == there);
}

TEST_CASE("a clock that went back counts as no time") {
  Repeats repeats(1'000ms);
  CHECK_FALSE(repeats.see("", "alice", "1", here, 5'000));
  CHECK(repeats.see("", "alice", "1", there, 100) == here);
  CHECK(repeats.see("", "alice", "1", there, 5'900) == here);
}

TEST_CASE("what is older than the window is forgotten") {
  Repeats repeats(1'000ms);
  for (int i = 0; i < 10'000; ++i) (void)repeats.see("", "alice", std::to_string(i), here, 10 * i);
  CHECK(repeats.size() <= 101);
  CHECK(repeats.size() >= 100);
  // One that was said again lives from then on.
  CHECK(repeats.see("", "alice", "9900", there, 99'990) == here);
  for (int i = 10'000; i < 10'090; ++i) (void)repeats.see("", "alice", std::to_string(i), here, 10 * i);
  CHECK(repeats.see("", "alice", "9900", there, 100'900) == here);
}

TEST_CASE("without a window nothing is a repeat") {
  Repeats repeats(0ms);
  CHECK_FALSE(repeats.see("", "alice", "1", here, 5'000));
  CHECK_FALSE(repeats.see("", "alice", "1", here, 5'000));
  CHECK(repeats.size() == 0);
}
