// One memory for the rings of all rooms.
#include <string>
#include <vector>

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

constexpr std::size_t memory = 8'000;

struct World {
  TextMaker maker;
  WarmHub hub{{.ring = {1'000'000, 1'000'000}, .memory = memory}, maker};
  Transport transport;

  void say(const std::string& room, int from, int to, std::size_t bytes) {
    for (int i = from; i < to; ++i) arrive(hub, room, frame(room + std::to_string(i), bytes));
  }
};

Texts texts(const std::string& room, int from, int to) {
  Texts all;
  for (int i = from; i < to; ++i) all.push_back(room + std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("the hub counts the bytes of all rings") {
  World w;
  CHECK(w.hub.bytes() == 0);
  Stream a(w.hub, w.transport, {"a"}), b(w.hub, w.transport, {"b"});
  w.say("a", 0, 3, 10);
  w.say("b", 0, 1, 5);
  w.say("", 0, 1, 7);
  w.say("nobody", 0, 100, 50);
  CHECK(w.hub.bytes() == 42);
  a.close();  // the room's last member: its ring goes too
  CHECK(w.hub.bytes() == 12);
  b.close();
  CHECK(w.hub.bytes() == 7);
}

TEST_CASE("one busy room fills the memory by itself and no more") {
  World w;
  Stream reader(w.hub, w.transport, {"busy"});
  for (int i = 0; i < 10'000; ++i) {
    arrive(w.hub, "busy", frame("x", 10));
    if (w.hub.bytes() > memory) FAIL(w.hub.bytes() << " after " << i);
  }
  CHECK(w.hub.bytes() >= memory - memory / 8);
}

TEST_CASE("when the memory is full the largest rooms give, the small ones keep everything") {
  World w;
  Stream small(w.hub, w.transport, {"small"}), large(w.hub, w.transport, {"large"}), huge(w.hub, w.transport, {"huge"});
  w.say("small", 0, 100, 10);     // 1,000
  w.say("large", 0, 300, 10);     // 3,000
  w.say("huge", 0, 401, 10);      // 4,010: over by 10
  CHECK(w.hub.bytes() == 7'000);  // 1,000 + 3,000 + 3,000: an eighth is free again
  small.ready(), large.ready();
  run(w.hub, w.transport);
  CHECK(small.got == texts("small", 0, 100));
  CHECK(large.got == texts("large", 0, 300));
  CHECK(large.ends.empty());
  huge.ready();
  run(w.hub, w.transport);
  REQUIRE(huge.ends.size() == 1);  // its cursor lay in what went
  CHECK(huge.ends.front().code == sdk::Code::resource_exhausted);
}

TEST_CASE("rooms that are equally large share the memory equally") {
  World w;
  std::vector<std::unique_ptr<Stream>> readers;
  for (int room = 0; room < 7; ++room) {
    readers.push_back(std::make_unique<Stream>(w.hub, w.transport, std::vector<std::string>{std::to_string(room)}));
    readers.back()->ready();
  }
  for (int i = 0; i < 5'000; ++i) {
    for (int room = 0; room < 7; ++room) {
      arrive(w.hub, std::to_string(room), std::to_string(i));
      run(w.hub, w.transport);
    }
  }
  CHECK(w.hub.bytes() <= memory);
  for (const auto& reader : readers) {
    CHECK(reader->got.size() == 5'000);
    reader->stuck = true;
  }
  // Each stops for the 990 newest of its room; all of them fit the shares (7,000 over 7 at the lowest).
  for (int i = 0; i < 990; ++i) {
    for (int room = 0; room < 7; ++room) arrive(w.hub, std::to_string(room), std::to_string(i));
    run(w.hub, w.transport);
  }
  for (const auto& reader : readers) reader->stuck = false;
  run(w.hub, w.transport);
  for (const auto& reader : readers) {
    CHECK(reader->ends.empty());
    CHECK(reader->got.size() == 5'990);
  }
}

TEST_CASE("the newest message of a room stays, also when the newest alone are more than the memory") {
  World w;
  std::vector<std::unique_ptr<Stream>> readers;
  for (int room = 0; room < 10; ++room) {
    readers.push_back(std::make_unique<Stream>(w.hub, w.transport, std::vector<std::string>{std::to_string(room)}));
    readers.back()->ready();
  }
  for (int i = 0; i < 10; ++i) {
    for (int room = 0; room < 10; ++room) {
      arrive(w.hub, std::to_string(room), frame(std::to_string(i), 2'000));
      run(w.hub, w.transport);
    }
  }
  for (const auto& reader : readers) {
    CHECK(reader->ends.empty());
    CHECK(reader->got.size() == 10);
  }
  CHECK(w.hub.bytes() < 10 * 2'000 + 2 * memory);
}
