#include <string>
#include <vector>

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct World {
  explicit World(const Limits& limits = {}) : hub(limits, maker) {}
  TextMaker maker;
  WarmHub hub;
  Transport transport;
};

Texts numbers(int from, int to) {
  Texts all;
  for (int i = from; i < to; ++i) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("everyone in a room gets every message, in order") {
  World w;
  Stream a(w.hub, w.transport), b(w.hub, w.transport), elsewhere(w.hub, w.transport, {"other"});
  a.ready(), b.ready(), elsewhere.ready();
  CHECK(w.hub.idle());
  for (int i = 0; i < 50; ++i) {
    arrive(w.hub, "", std::to_string(i));
    if (i % 7 == 0) run(w.hub, w.transport);
  }
  run(w.hub, w.transport);
  CHECK(a.got == numbers(0, 50));
  CHECK(b.got == numbers(0, 50));
  CHECK(elsewhere.got.empty());
  CHECK(w.hub.idle());
}

TEST_CASE("a stream gets what comes after it was opened, also before it can be written to") {
  World w;
  arrive(w.hub, "", "nobody hears");
  Stream early(w.hub, w.transport);
  arrive(w.hub, "", "0");
  Stream late(w.hub, w.transport);
  arrive(w.hub, "", "1");
  CHECK(w.hub.idle());  // neither is open yet
  early.ready(), late.ready();
  run(w.hub, w.transport);
  CHECK(early.got == Texts{"0", "1"});
  CHECK(late.got == Texts{"1"});
}

TEST_CASE("a stream has one write in flight") {
  World w;
  Stream a(w.hub, w.transport);
  a.ready().stuck = true;
  for (int i = 0; i < 3; ++i) arrive(w.hub, "", std::to_string(i));
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"0"});
  CHECK(w.hub.idle());  // it waits for the outlet, not in the list
  a.done();
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"0", "1"});
  a.stuck = false;
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"0", "1", "2"});
}

TEST_CASE("a stuck stream delays nobody and costs no memory beyond the ring") {
  World w({.ring = {10, 1'000'000}});
  Stream slow(w.hub, w.transport), quick(w.hub, w.transport);
  slow.ready().stuck = true;
  quick.ready();
  std::vector<std::weak_ptr<const Frame>> frames;
  for (int i = 0; i < 1000; ++i) {
    auto said = frame(std::to_string(i));
    frames.push_back(said);
    arrive(w.hub, "", std::move(said));
    run(w.hub, w.transport);
    REQUIRE(quick.got.size() == static_cast<std::size_t>(i) + 1);
  }
  CHECK(quick.got == numbers(0, 1000));
  CHECK(slow.got == Texts{"0"});
  CHECK(std::ranges::count_if(frames, [](const auto& f) { return !f.expired(); }) == 10);
  CHECK(slow.ends.empty());  // it is told when it can be told
}

TEST_CASE("a stream that stalls within the ring misses nothing") {
  World w({.ring = {10, 1'000'000}});
  Stream a(w.hub, w.transport);
  a.ready().stuck = true;
  arrive(w.hub, "", "0");
  run(w.hub, w.transport);  // in flight
  for (int i = 1; i <= 10; ++i) arrive(w.hub, "", std::to_string(i));
  a.stuck = false;
  run(w.hub, w.transport);
  CHECK(a.got == numbers(0, 11));
  CHECK(a.ends.empty());
}

TEST_CASE("a stream whose cursor falls off the ring is ended once, and only that one") {
  World w({.ring = {10, 1'000'000}});
  Stream slow(w.hub, w.transport, {"room"}), quick(w.hub, w.transport, {"room"});
  slow.ready().stuck = true;
  quick.ready();
  for (int i = 0; i <= 13; ++i) {  // the first is in flight, ten more are kept
    arrive(w.hub, "room", std::to_string(i));
    run(w.hub, w.transport);
  }
  slow.stuck = false;
  run(w.hub, w.transport);
  CHECK(slow.got == Texts{"0"});  // nothing after the gap
  REQUIRE(slow.ends.size() == 1);
  CHECK(slow.ends.front().code == sdk::Code::resource_exhausted);
  CHECK(slow.ends.front().retryable);
  CHECK(slow.ends.front().text ==
        "too slow: 3 messages of room \"room\" are gone from this server's ring; connect again, and resume");

  // More to come, until its stream is gone: nothing for it.
  for (int i = 14; i < 40; ++i) {
    arrive(w.hub, "room", std::to_string(i));
    run(w.hub, w.transport);
  }
  w.hub.end_all(leaving);
  run(w.hub, w.transport);
  CHECK(slow.ends.size() == 1);
  CHECK(slow.got == Texts{"0"});
  CHECK(quick.got == numbers(0, 40));
}

TEST_CASE("one message off the ring is a gap as well") {
  World w({.ring = {3, 1000}});
  Stream a(w.hub, w.transport);
  a.ready().stuck = true;
  arrive(w.hub, "", "0");
  run(w.hub, w.transport);
  for (int i = 1; i <= 4; ++i) arrive(w.hub, "", std::to_string(i));
  a.stuck = false;
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"0"});
  REQUIRE(a.ends.size() == 1);
  CHECK(a.ends.front().text == "too slow: 1 messages of room \"\" are gone from this server's ring; connect again, and resume");
}

TEST_CASE("the rooms of a stream are served in turn") {
  World w;
  Stream a(w.hub, w.transport, {"x", "y", "z"});
  a.ready();
  for (int i = 0; i < 3; ++i) arrive(w.hub, "x", "x" + std::to_string(i));
  for (int i = 0; i < 2; ++i) arrive(w.hub, "z", "z" + std::to_string(i));
  arrive(w.hub, "y", "y0");
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"x0", "y0", "z0", "x1", "z1", "x2"});
  arrive(w.hub, "x", "x3");
  arrive(w.hub, "y", "y1");
  run(w.hub, w.transport);
  CHECK(a.got.back() == "x3");  // y came after x2, so its turn was first
  CHECK(a.got[a.got.size() - 2] == "y1");
}

TEST_CASE("a stream that fell off one of its rooms ends, however current it is in the others") {
  World w({.ring = {2, 1000}});
  Stream a(w.hub, w.transport, {"busy", "quiet"});
  a.ready().stuck = true;
  arrive(w.hub, "quiet", "q0");
  run(w.hub, w.transport);
  for (int i = 0; i < 5; ++i) arrive(w.hub, "busy", std::to_string(i));
  a.stuck = false;
  run(w.hub, w.transport);
  REQUIRE(a.ends.size() == 1);
  CHECK(a.ends.front().text ==
        "too slow: 3 messages of room \"busy\" are gone from this server's ring; connect again, and resume");
  CHECK(a.got == Texts{"q0"});
}

TEST_CASE("notices go first, and only to who asked") {
  World w;
  Stream asked(w.hub, w.transport, {"", "room"}, true), old(w.hub, w.transport);
  arrive(w.hub, "", "0");
  arrive(w.hub, "room", "r0");
  asked.ready(), old.ready();
  run(w.hub, w.transport);
  CHECK(old.got == Texts{"0"});
  REQUIRE(asked.got.size() == 4);
  const auto at = [&](const char* said) { return std::ranges::find(asked.got, said) - asked.got.begin(); };
  CHECK(asked.got.front() == "subscribed ");
  CHECK(at("subscribed ") < at("0"));
  CHECK(at("subscribed room") < at("r0"));
  CHECK(at("r0") < 4);
}

TEST_CASE("a notice comes without any message") {
  World w;
  Stream a(w.hub, w.transport, {"room"}, true), b(w.hub, w.transport, {"room"}, true), c(w.hub, w.transport, {"room"}, false);
  a.ready(), b.ready(), c.ready();
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"subscribed room"});
  CHECK(b.got == Texts{"subscribed room"});
  CHECK(c.got.empty());
}

TEST_CASE("only a write with another right behind it is hinted") {
  World w;
  Stream a(w.hub, w.transport, {"", "room"}, true);
  std::vector<bool> hints;
  a.on_write = [&] { hints.push_back(a.hinted); };
  a.ready();
  run(w.hub, w.transport);
  CHECK(hints == std::vector<bool>{true, false});  // two notices
  hints.clear();
  arrive(w.hub, "", "0");
  run(w.hub, w.transport);
  CHECK(hints == std::vector<bool>{false});
  hints.clear();
  arrive(w.hub, "", "1");
  arrive(w.hub, "room", "2");
  arrive(w.hub, "room", "3");
  run(w.hub, w.transport);
  CHECK(hints == std::vector<bool>{true, true, false});
}

TEST_CASE("after a hinted write comes another or the end, also when its room ran away") {
  World w({.ring = {2, 1000}});
  Stream a(w.hub, w.transport);
  a.ready().stuck = true;
  arrive(w.hub, "", "0");
  arrive(w.hub, "", "1");
  run(w.hub, w.transport);
  CHECK(a.hinted);
  for (int i = 2; i < 9; ++i) arrive(w.hub, "", std::to_string(i));
  a.stuck = false;
  run(w.hub, w.transport);
  CHECK(a.got == Texts{"0"});
  CHECK(a.ends.size() == 1);
}

TEST_CASE("a named room goes with its last member, the lobby stays") {
  World w;
  CHECK(w.hub.rooms() == 1);
  Stream a(w.hub, w.transport, {"x", "y"}), b(w.hub, w.transport, {"y", ""});
  CHECK(w.hub.rooms() == 3);
  a.close();
  CHECK(w.hub.rooms() == 2);
  b.close();
  CHECK(w.hub.rooms() == 1);
  CHECK(w.hub.sessions() == 0);
  arrive(w.hub, "y", "nobody hears");

  Stream again(w.hub, w.transport, {"y"}, true);  // a new room: nothing of the old one
  again.ready();
  arrive(w.hub, "y", "0");
  run(w.hub, w.transport);
  CHECK(again.got == Texts{"subscribed y", "0"});
}

TEST_CASE("what arrives for a room that nobody is in is not kept") {
  World w;
  auto said = frame("x");
  const std::weak_ptr<const Frame> alive = said;
  std::vector<Arrival> batch;
  batch.push_back(arrival(w.hub, "empty room", std::move(said)));
  w.hub.arrive(batch);
  batch.clear();
  CHECK(alive.expired());
  CHECK(w.hub.rooms() == 1);
}

TEST_CASE("sessions have ids that are never used again") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  struct Deaf final : Outlet {
    void open() noexcept override {}
    void write(const Frame&, bool) noexcept override {}
    void end(const sdk::Error&, std::span<const wire::Place>) noexcept override {}
    void cut() noexcept override {}
  } outlet;
  const std::vector<Hub::Wish> lobby{{"", std::nullopt}};
  auto& first = hub.open(outlet, "alice", lobby, false);
  const auto id = first.id;
  CHECK(first.user_id == "alice");
  hub.close(first);
  auto& second = hub.open(outlet, "bob", lobby, false);
  CHECK(second.id > id);
  hub.close(second);
}
