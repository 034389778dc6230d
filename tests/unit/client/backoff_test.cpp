#include "chatd/client/backoff.hpp"

#include <algorithm>
#include <vector>

#include "catch.hpp"
#include "chatd/client/failure.hpp"
#include "chatd/client/utf8.hpp"

using namespace chatd::client;
using namespace std::chrono_literals;
using chatd::sdk::Code;

namespace {

// The longest wait at each step, over many seeds: it shows the ceiling.
std::vector<std::chrono::milliseconds> longest(BackoffLimits limits, std::size_t steps) {
  std::vector<std::chrono::milliseconds> most(steps, 0ms);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Backoff backoff(limits, seed);
    for (auto& wait : most) wait = std::max(wait, backoff.next());
  }
  return most;
}

}  // namespace

TEST_CASE("the ceiling of the waits doubles up to the limit") {
  const auto most = longest({100ms, 500ms}, 6);
  const std::vector ceilings{100ms, 200ms, 400ms, 500ms, 500ms, 500ms};
  for (std::size_t i = 0; i < ceilings.size(); ++i) {
    CHECK(most[i] <= ceilings[i]);
    CHECK(most[i] > ceilings[i] * 9 / 10);
  }
}

TEST_CASE("the jitter is full: short waits come at every step") {
  auto shortest = 5000ms;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Backoff backoff({100ms, 5000ms}, seed);
    for (int i = 0; i < 8; ++i) static_cast<void>(backoff.next());
    shortest = std::min(shortest, backoff.next());
  }
  CHECK(shortest < 50ms);
}

TEST_CASE("a reset back-off begins with its first ceiling, and the same seed gives the same waits") {
  Backoff one({100ms, 5000ms}, 7);
  Backoff other({100ms, 5000ms}, 7);
  for (int i = 0; i < 10; ++i) CHECK(one.next() == other.next());
  one.reset();
  CHECK(one.next() <= 100ms);
}

TEST_CASE("limits that make no sense are harmless") {
  CHECK(Backoff({0ms, 0ms}, 1).next() == 0ms);
  CHECK(Backoff({1000ms, 10ms}, 1).next() <= 10ms);
  Backoff endless({1ms, std::chrono::milliseconds::max()}, 1);
  for (int i = 0; i < 100; ++i) CHECK(endless.next() >= 0ms);
}

TEST_CASE("failures that stay are told from those that pass") {
  for (const auto code : {Code::invalid_argument, Code::permission_denied, Code::unauthenticated, Code::unimplemented})
    CHECK_FALSE(worth_retrying(code));
  for (const auto code : {Code::unavailable, Code::resource_exhausted, Code::internal, Code::unknown, Code::cancelled,
                          Code::deadline_exceeded, Code::aborted})
    CHECK(worth_retrying(code));
}

TEST_CASE("only well-formed UTF-8 passes") {
  for (const auto* good : {"", "plain", "\u00fc", "\u20ac", "\U0001F4E9", "\U0010FFFF"}) CHECK(is_utf8(good));
  for (const auto* bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x93", "a\xff"})
    CHECK_FALSE(is_utf8(bad));
}
