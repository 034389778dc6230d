#include <string>
#include <vector>

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

void ended(const Stream& stream) {
  REQUIRE(stream.ends.size() == 1);
  CHECK(stream.ends.front().code == leaving.code);
  CHECK(stream.ends.front().text == leaving.text);
  CHECK(stream.ends.front().retryable == leaving.retryable);
}

}  // namespace

TEST_CASE("at the end a stream first gets what is pending") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream idle(hub, transport, {"room"}), behind(hub, transport), opening(hub, transport, {""}, true);
  idle.ready(), behind.ready().stuck = true;
  for (int i = 0; i < 3; ++i) arrive(hub, "", std::to_string(i));
  run(hub, transport);
  hub.end_all(leaving);
  run(hub, transport);
  ended(idle);
  CHECK(behind.ends.empty());
  behind.stuck = false;
  run(hub, transport);
  ended(behind);
  CHECK(behind.got == Texts{"0", "1", "2"});
  CHECK_FALSE(behind.hinted);
  CHECK(opening.ends.empty());
  opening.ready();
  run(hub, transport);
  ended(opening);
  CHECK(opening.got == Texts{"subscribed ", "0", "1", "2"});
  CHECK(hub.sessions() == 3);  // until their streams are gone
}

TEST_CASE("what arrives after the end keeps no stream open") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream behind(hub, transport);
  behind.ready().stuck = true;
  for (const char* text : {"0", "1"}) arrive(hub, "", text);
  run(hub, transport);
  hub.end_all(leaving);
  for (const char* text : {"2", "3"}) arrive(hub, "", text);
  behind.stuck = false;
  run(hub, transport);
  ended(behind);
  CHECK(behind.got == Texts{"0", "1"});
}

TEST_CASE("a stream that is opened after the end ends at once") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  hub.end_all(leaving);
  CHECK(hub.idle());
  Stream late(hub, transport);
  CHECK(late.ends.empty());
  late.ready();
  run(hub, transport);
  ended(late);
  CHECK(late.got.empty());
}

TEST_CASE("the end may come while a stream is served") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport), b(hub, transport);
  a.ready(), b.ready();
  arrive(hub, "", "0");
  arrive(hub, "", "1");
  bool told = false;
  const auto end = [&] {
    if (!std::exchange(told, true)) hub.end_all(leaving);
  };
  SECTION("in its write") { a.on_write = end; }
  SECTION("between its writes") { transport.before_once = end; }
  SECTION("when it has got all") {
    a.on_write = [&] {
      if (a.got.size() == 2) end();
    };
  }
  run(hub, transport);
  for (const auto* stream : {&a, &b}) {
    ended(*stream);
    CHECK(stream->got == Texts{"0", "1"});
  }
}

TEST_CASE("a stream that ended gets nothing more") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream a(hub, transport);
  a.ready();
  hub.end_all(leaving);
  run(hub, transport);
  arrive(hub, "", "late");
  hub.end_all(leaving);
  run(hub, transport);
  ended(a);
  CHECK(a.got.empty());
  CHECK(hub.idle());
}

TEST_CASE("at the end a stream that fell behind is told that, not the end") {
  TextMaker maker;
  WarmHub hub({.ring = {2, 1000}}, maker);
  Transport transport;
  Stream a(hub, transport);
  a.ready().stuck = true;
  for (int i = 0; i < 9; ++i) {
    arrive(hub, "", std::to_string(i));
    run(hub, transport);
  }
  hub.end_all(leaving);
  a.stuck = false;
  run(hub, transport);
  REQUIRE(a.ends.size() == 1);
  CHECK(a.ends.front().code == sdk::Code::resource_exhausted);
}

TEST_CASE("cutting cuts everyone that is still here and writes nothing more") {
  TextMaker maker;
  WarmHub hub({}, maker);
  Transport transport;
  Stream writing(hub, transport), opening(hub, transport), idle(hub, transport, {"room"}), done(hub, transport),
      gone(hub, transport);
  writing.ready().stuck = true;
  idle.ready();
  arrive(hub, "", "0");
  arrive(hub, "", "1");
  run(hub, transport);
  gone.close();
  hub.end_all(leaving);
  run(hub, transport);
  hub.cut_all();
  for (const auto* stream : {&writing, &opening, &idle, &done}) CHECK(stream->cuts == 1);
  CHECK(gone.cuts == 0);

  arrive(hub, "", "2");
  writing.stuck = false;
  opening.ready(), done.ready();
  run(hub, transport);
  CHECK(writing.got == Texts{"0"});
  CHECK(writing.ends.empty());
  CHECK(opening.got.empty());
  CHECK(opening.ends.empty());
  CHECK(hub.idle());
}
