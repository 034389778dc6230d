// What a listener makes of what it hears.
#include "bench/ledger.hpp"

#include "bench/listener.hpp"
#include "bench/message.hpp"
#include "catch.hpp"
#include "chat.pb.h"

using namespace chatd::bench;
using chatd::bench::http2::Status;

namespace {

struct Room {
  std::unique_ptr<Loop> loop = *Loop::open();
  Ledger ledger{{2, 1}};
  Listener first{*loop, ledger, 0}, second{*loop, ledger, 0};

  Room() {
    first.opened();
    second.opened();
  }
  Stamp say(std::uint32_t series = 0) { return ledger.say(series, Clock::now()); }
  void close() {
    first.close();
    second.close();
  }
};

void hear(Listener& listener, const Stamp& stamp) {
  PublishRequest message("speaker", "", 128);
  listener.message(message.stamped(stamp));
}

}  // namespace

TEST_CASE("ledger: a message is outstanding until all of its streams have heard it") {
  Room room;
  const auto stamp = room.say();
  CHECK(room.ledger.outstanding() == 1);
  hear(room.first, stamp);
  CHECK(room.ledger.outstanding() == 1);
  hear(room.second, stamp);
  CHECK(room.ledger.outstanding() == 0);
  CHECK(room.ledger.deliveries() == 2);
  CHECK(room.first.caught_up());
  room.close();
  CHECK(room.ledger.wrong().lost == 0);
}

TEST_CASE("ledger: what is lost in the middle and at the end is counted for each stream") {
  Room room;
  const auto one = room.say(), two = room.say(), three = room.say();
  for (const auto& stamp : {one, two, three}) hear(room.first, stamp);
  hear(room.second, one);
  hear(room.second, three);
  CHECK(room.ledger.outstanding() == 1);
  CHECK_FALSE(room.second.caught_up());
  (void)room.say();
  room.close();
  CHECK(room.ledger.wrong().lost == 3);
  CHECK(room.ledger.wrong().disordered == 0);
}

TEST_CASE("ledger: a repeat, an order that is wrong, a room that is wrong, a message that was never said") {
  Room room;
  const auto one = room.say(), two = room.say(), three = room.say();
  const auto elsewhere = room.say(1);
  hear(room.first, one);
  hear(room.first, one);
  CHECK(room.ledger.wrong().repeated == 1);
  hear(room.first, three);
  hear(room.first, two);
  CHECK(room.ledger.wrong().disordered == 1);
  hear(room.first, two);
  CHECK(room.ledger.wrong().repeated == 2);
  hear(room.first, elsewhere);
  CHECK(room.ledger.wrong().misdirected == 1);
  auto future = three;
  ++future.sequence;
  hear(room.first, future);
  CHECK(room.ledger.wrong().misdirected == 2);
  auto of_another_run = one;
  ++of_another_run.run;
  hear(room.first, of_another_run);
  CHECK(room.first.caught_up());
  CHECK(room.ledger.deliveries() == 3);
}

TEST_CASE("ledger: what was refused is not lost, whichever stream has or has not heard it") {
  Room room;
  const auto one = room.say(), two = room.say(), three = room.say();
  room.ledger.refuse(two, "RESOURCE_EXHAUSTED: too many");
  CHECK(room.ledger.outstanding() == 2);
  for (const auto& stamp : {one, two, three}) hear(room.first, stamp);
  for (const auto& stamp : {one, three}) hear(room.second, stamp);
  CHECK(room.ledger.outstanding() == 0);
  room.ledger.refuse(room.say(), "RESOURCE_EXHAUSTED: too many");
  CHECK(room.ledger.outstanding() == 0);
  room.close();
  CHECK(room.ledger.wrong().lost == 0);
  CHECK(room.ledger.wrong().refused == 2);
  CHECK(room.ledger.reasons() == std::vector<std::string>{"a publish was refused: RESOURCE_EXHAUSTED: too many"});
}

TEST_CASE("ledger: a stream that subscribes later need not have heard what was said before") {
  Room room;
  (void)room.say();
  Listener late(*room.loop, room.ledger, 0);
  late.opened();
  const auto two = room.say();
  hear(late, two);
  late.close();
  CHECK(room.ledger.wrong().lost == 0);
  CHECK(late.caught_up());
}

TEST_CASE("ledger: a stream that ends is wrong, unless it is excused") {
  Room room;
  room.second.excuse();
  room.ledger.leave(0);
  const auto one = room.say();
  hear(room.first, one);
  CHECK(room.ledger.outstanding() == 0);
  room.second.ended(Status{8, "too slow"});
  CHECK(room.ledger.wrong().ended == 0);
  room.first.ended(Status{14, "gone"});
  CHECK(room.ledger.wrong().ended == 1);
  CHECK(room.ledger.reasons() == std::vector<std::string>{"a stream ended: UNAVAILABLE: gone"});
  (void)room.say();
  room.close();
  CHECK(room.ledger.wrong().lost == 1);
}

TEST_CASE("ledger: what was said before the measurement is checked, and neither counted nor timed") {
  Room room;
  const auto before = room.say();
  room.ledger.start_measuring(before.intended + std::chrono::nanoseconds(1));
  hear(room.first, before);
  CHECK(room.ledger.deliveries() == 0);
  CHECK(room.ledger.latency().count() == 0);
  const auto after = room.ledger.say(0, before.intended + std::chrono::nanoseconds(1));
  hear(room.first, after);
  CHECK(room.ledger.deliveries() == 1);
  CHECK(room.ledger.latency().count() == 1);
}
