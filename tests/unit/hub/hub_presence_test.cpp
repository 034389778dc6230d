// Notices of who comes and goes: for those who asked, behind what they are due.
#include "catch.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct World {
  World() { hub.warm(Log::lobby), hub.warm(Log::rooms); }

  std::unique_ptr<Stream> join(const Texts& rooms, bool presence, bool notices = false) {
    Wishes wishes;
    for (const auto& room : rooms) wishes.rooms.push_back({room, std::nullopt});
    auto stream = std::make_unique<Stream>(hub, transport, std::move(wishes), notices, 0, presence);
    stream->ready();
    return stream;
  }
  void say(const std::string& room, const std::string& what) {
    std::vector<Arrival> batch(1);
    batch[0].room = room;
    batch[0].frame = frame(what);
    batch[0].log = room.empty() ? Log::lobby : Log::rooms;
    batch[0].position = {0, next++};
    hub.arrive(batch);
  }
  void tell(const std::string& room, const std::string& what) { hub.tell(room, frame(what)); }
  void settle() { run(hub, transport); }

  TextMaker maker;
  Hub hub{{.limits = {.ring = {100, 1'000'000}}, .topics = {"lobby", "rooms"}, .token_key = {}}, maker};
  Transport transport;
  std::int64_t next = 0;
};

}  // namespace

TEST_CASE("those of a room who asked are told who came, the others are not") {
  World w;
  const auto watcher = w.join({"red", "blue"}, true);
  const auto other = w.join({"red"}, false);
  w.tell("red", "alice");
  w.tell("green", "nobody is there");
  w.tell("blue", "bob");
  w.settle();
  CHECK(watcher->got == Texts{"alice", "bob"});
  CHECK(other->got.empty());
}

TEST_CASE("messages and what a room begins with come first") {
  World w;
  const auto watcher = w.join({"red"}, true, true);
  w.tell("red", "alice");
  w.say("red", "one");
  w.say("red", "two");
  w.settle();
  CHECK(watcher->got == Texts{"subscribed red", "one", "two", "alice"});
  w.say("red", "three");
  w.settle();
  CHECK(watcher->got.back() == "three");
}

TEST_CASE("a notice that waits is told to be more to come") {
  World w;
  const auto watcher = w.join({"red"}, true);
  w.say("red", "one");
  w.tell("red", "alice");
  w.hub.flush_one(w.transport);
  CHECK(watcher->got.front() == "one");
  w.settle();
  CHECK(watcher->got == Texts{"one", "alice"});
  CHECK_FALSE(watcher->hinted);
}

TEST_CASE("a stream that does not keep up is told that there was more, not each name") {
  World w;
  const auto slow = w.join({"red"}, true);
  slow->stuck = true;
  w.say("red", "one");
  w.settle();
  for (int i = 0; i < 100; ++i) w.tell("red", std::to_string(i));
  slow->stuck = false;
  slow->done();
  w.settle();
  REQUIRE(slow->got.size() < 100);
  CHECK(slow->got[0] == "one");
  CHECK(slow->got[1] == "presence red more");
  CHECK(slow->got.back() == "99");
}

TEST_CASE("a stream that ends is told nothing more, and one that is gone leaves nothing") {
  World w;
  auto watcher = w.join({"red"}, true);
  w.hub.end_all({sdk::Code::unavailable, "bye", true});
  w.tell("red", "alice");
  w.settle();
  CHECK(watcher->got.empty());
  CHECK(watcher->ends.size() == 1);
  watcher.reset();
  w.tell("red", "alice");
  CHECK(w.hub.idle());
}
