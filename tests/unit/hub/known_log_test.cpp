#include "host/hub/known_log.hpp"

#include <optional>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::hub;
using namespace std::chrono_literals;

namespace {

struct Told final : Waiter {
  void reached(sdk::Position first) noexcept override { at.push_back(first); }
  std::vector<sdk::Position> at;
};

Arrival record(std::int32_t partition, std::int64_t offset) {
  return {.kind = Arrival::Kind::nothing, .position = {partition, offset}, .time_ms = 1};
}

}  // namespace

TEST_CASE("who waits for a record is told when it was read") {
  KnownLog log({}, "topic");
  Told first, second, other;
  log.await({0, 5}, second);
  log.await({0, 3}, first);
  log.await({1, 0}, other);
  log.arrive(record(0, 2));
  CHECK(first.at.empty());
  log.arrive(record(0, 4));  // offsets need not grow by one
  CHECK(first.at == std::vector<sdk::Position>{{0, 3}});
  CHECK(second.at.empty());
  log.arrive(record(0, 5));
  CHECK(second.at == std::vector<sdk::Position>{{0, 5}});
  CHECK(other.at.empty());
  Told late;
  log.await({0, 5}, late);  // it was read already
  CHECK(late.at.size() == 1);
}

TEST_CASE("who waits for a repeat is told where the message was the first time, also when it asks late") {
  KnownLog log({}, "topic");
  Told early, late;
  log.await({0, 9}, early);
  auto repeat = record(0, 9);
  repeat.first = 4;
  repeat.first_in = 2;
  log.arrive(repeat);
  log.await({0, 9}, late);
  CHECK(early.at == std::vector<sdk::Position>{{2, 4}});
  CHECK(late.at == std::vector<sdk::Position>{{2, 4}});
}

// A host that was behind answered a repeat with the repeat's own place: seen in a soak, as messages out of order.
TEST_CASE("nobody waits for ever, and where a message lies that was not read is not guessed") {
  KnownLog log({}, "topic");
  Told one, other;
  log.await({0, 9}, one);
  log.tick(KnownLog::Clock::now() + 1s);
  CHECK(one.at.empty());
  log.tick(KnownLog::Clock::now() + 3s);
  CHECK(one.at == std::vector<sdk::Position>{{0, -1}});
  log.await({0, 10}, other);
  log.release();
  CHECK(other.at == std::vector<sdk::Position>{{0, -1}});
  log.arrive(record(0, 11));
  CHECK(one.at.size() == 1);
}
