// Who is furthest behind.
#include "host/hub/slowest.hpp"

#include <deque>

#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct Fixture {
  TextMaker maker;
  WarmHub hub{Limits{.ring = {8, 1'000}}, maker};
  Transport transport;
  std::deque<Stream> streams;

  Stream& stuck(std::vector<std::string> rooms) {
    Stream& stream = streams.emplace_back(hub, transport, std::move(rooms));
    stream.stuck = true;
    return stream.ready();
  }
};

std::vector<std::uint64_t> bytes(const Slowest& found) {
  std::vector<std::uint64_t> out;
  for (const auto& one : found.sessions) out.push_back(one.bytes);
  return out;
}

}  // namespace

TEST_CASE("nobody is behind where all keep up") {
  Fixture f;
  f.streams.emplace_back(f.hub, f.transport).ready();
  arrive(f.hub, "", "a");
  run(f.hub, f.transport);
  const auto found = slowest(f.hub, 10, {});
  CHECK(found.behind == 0);
  CHECK(found.sessions.empty());
}

TEST_CASE("how far streams are behind is shown after a look at it") {
  Fixture f;
  f.streams.emplace_back(f.hub, f.transport).ready();
  f.stuck({"", "red"});
  f.stuck({"red"});
  for (int i = 0; i < 3; ++i) {
    for (const auto* room : {"", "red"}) {
      arrive(f.hub, room, "x");
      run(f.hub, f.transport);
    }
  }
  CHECK(f.hub.tallies().lagging.value() == 0);
  f.hub.look_at_lag(sdk::Time{std::chrono::seconds(5)});
  // One frame of each is in flight.
  CHECK(f.hub.tallies().lagging.value() == 2);
  CHECK(f.hub.tallies().lag_messages.value() == 5);
  CHECK(f.hub.tallies().lag_ms.value() == 4'000);  // these records are of the first second
  f.streams.clear();
  f.hub.look_at_lag(sdk::Time{std::chrono::seconds(6)});
  CHECK(f.hub.tallies().lagging.value() == 0);
  CHECK(f.hub.tallies().lag_messages.value() == 0);
  CHECK(f.hub.tallies().lag_ms.value() == 0);
}

TEST_CASE("sessions that are behind, most bytes first, with the rooms in which they are") {
  Fixture f;
  f.streams.emplace_back(f.hub, f.transport).ready();
  f.stuck({"", "red"});
  f.stuck({"red", "blue"});
  // The first frame of each is in flight, which is not behind.
  for (const auto* room : {"", "red", "red", "red", "blue"}) {
    arrive(f.hub, room, frame("x", room == std::string("blue") ? 100 : 10));
    run(f.hub, f.transport);
  }
  const auto found = slowest(f.hub, 10, {});
  CHECK(found.behind == 2);
  REQUIRE(found.sessions.size() == 2);
  CHECK(bytes(found) == std::vector<std::uint64_t>{120, 30});
  const auto& first = found.sessions[0].lags;
  REQUIRE(first.size() == 2);
  CHECK(first[0].room->name == "red");
  CHECK(first[0].messages == 2);
  CHECK(first[0].bytes == 20);
  CHECK(first[1].room->name == "blue");
  CHECK(first[1].bytes == 100);
  REQUIRE(found.sessions[1].lags.size() == 1);
  CHECK(found.sessions[1].lags[0].room->name == "red");
  CHECK(found.sessions[1].lags[0].messages == 3);
}

TEST_CASE("only as many as were asked for, and all are counted, of equals the oldest first") {
  Fixture f;
  for (const auto* room : {"a", "b", "b", "c"}) f.stuck({room});
  for (const std::string room : {"a", "a", "b", "b", "b", "c", "c", "c", "c"}) {
    arrive(f.hub, room, frame("x", 10));
    run(f.hub, f.transport);
  }
  const auto ids = [&](std::size_t most) {
    std::vector<std::uint64_t> out;
    const auto found = slowest(f.hub, most, {});
    CHECK(found.behind == 4);
    for (const auto& one : found.sessions) out.push_back(one.session->id);
    return out;
  };
  using Ids = std::vector<std::uint64_t>;
  CHECK(ids(9) == Ids{4, 2, 3, 1});
  CHECK(ids(2) == Ids{4, 2});
  CHECK(ids(0).empty());
}

TEST_CASE("messages that the ring no longer has are counted, and have no bytes") {
  Fixture f;
  f.stuck({""});
  for (int i = 0; i < 12; ++i) {
    arrive(f.hub, "", frame("x", 10));
    run(f.hub, f.transport);
  }
  const auto found = slowest(f.hub, 1, {});
  REQUIRE(found.sessions.size() == 1);
  CHECK(found.sessions[0].lags[0].messages == 11);
  CHECK(found.sessions[0].lags[0].bytes == 80);
}
