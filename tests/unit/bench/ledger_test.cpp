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

namespace {

// One stream that resumes, alone in its room.
struct Resuming {
  std::unique_ptr<Loop> loop = *Loop::open();
  Ledger ledger{{1}};
  Listener listener{*loop, ledger, 0, true};

  Resuming() {
    listener.opened();
    CHECK(listener.state() == Listener::State::opening);
    subscribed(false);
  }
  Stamp say() { return ledger.say(0, Clock::now()); }
  void frame(const chat::Message& message) { listener.message(message.SerializeAsString()); }
  void subscribed(bool recovered) {
    chat::Message notice;
    notice.set_kind(chat::Message::SUBSCRIBED);
    notice.set_recovered(recovered);
    notice.set_position("start");
    frame(notice);
  }
  void hear(const Stamp& stamp) {
    chat::Message message;
    message.mutable_content()->resize(stamp_bytes);
    write(stamp, message.mutable_content()->data());
    message.set_position("after " + std::to_string(stamp.sequence));
    frame(message);
  }
};

}  // namespace

TEST_CASE("ledger: a stream that resumes is subscribed with its first notice, and its token is the newest") {
  Resuming one;
  CHECK(one.listener.state() == Listener::State::subscribed);
  CHECK(one.listener.token() == "start");
  one.hear(one.say());
  CHECK(one.listener.token() == "after 0");
  CHECK(one.listener.caught_up());
  CHECK(one.ledger.wrong().unrecovered == 0);
}

TEST_CASE("ledger: what was said during a break has to be heard after it, once and in order") {
  Resuming one;
  one.hear(one.say());
  one.listener.break_off();
  CHECK(one.listener.state() == Listener::State::opening);
  const auto missed = one.say(), next = one.say();
  CHECK(one.ledger.outstanding() == 2);
  one.listener.opened();
  CHECK(one.listener.state() == Listener::State::opening);
  one.subscribed(true);
  CHECK(one.listener.state() == Listener::State::subscribed);
  CHECK(one.listener.heard_up_to() == 1);
  one.hear(missed);
  CHECK(one.listener.heard_up_to() == 2);
  one.hear(next);
  CHECK(one.ledger.outstanding() == 0);
  one.hear(next);
  CHECK(one.ledger.wrong().repeated == 1);
  one.listener.close();
  CHECK(one.ledger.wrong().lost == 0);
  CHECK(one.ledger.wrong().unrecovered == 0);
}

TEST_CASE("ledger: a break that a stream does not get over is counted, and what it lacks is lost") {
  Resuming one;
  one.hear(one.say());
  one.listener.break_off();
  (void)one.say();
  const auto next = one.say();
  one.subscribed(false);
  one.hear(next);
  CHECK(one.listener.heard_up_to() == 1);
  one.listener.close();
  CHECK(one.ledger.wrong().unrecovered == 1);
  CHECK(one.ledger.wrong().lost == 1);
}

TEST_CASE("ledger: what a server says that it left out is counted, and other notices are nothing") {
  Resuming one;
  chat::Message notice;
  notice.set_kind(chat::Message::GAP);
  notice.mutable_loss()->set_messages(3);
  one.frame(notice);
  CHECK(one.ledger.wrong().left_out == 3);
  CHECK(one.listener.token() == "start");
  notice.Clear();
  notice.set_kind(chat::Message::POSITION);
  notice.set_position("later");
  one.frame(notice);
  CHECK(one.listener.token() == "later");
  CHECK(one.ledger.wrong().misdirected == 0);
}
