// What becomes of streams that are slower than their room, by the room's class; and how streams are told to move.
#include "catch.hpp"
#include "paper_log.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

constexpr std::size_t ring = 10;

struct World {
  explicit World(RoomClass kind) {
    kind.rooms = {"*"};
    log.topic("lobby", 0), log.topic("rooms", 0);
    host = std::make_unique<PaperHost>(log, Limits{.ring = {ring, 1'000'000}, .classes = {std::move(kind)}});
  }
  std::unique_ptr<Stream> join(bool notices = true) {
    auto stream = std::make_unique<Stream>(host->hub, host->transport, std::vector<std::string>{"red"}, notices);
    stream->ready();
    host->settle();
    return stream;
  }
  void say(int from, int to) {
    for (int i = from; i < to; ++i) log.say("red", 0, std::to_string(i));
    host->feed_all();
    host->settle();
  }
  void tick(std::int64_t record_ms) { host->hub.tick(Hub::Clock::now(), sdk::Time(std::chrono::milliseconds(record_ms))); }

  PaperLog log;
  std::unique_ptr<PaperHost> host;
};

Texts numbers(int from, int to) {
  Texts all;
  for (int i = from; i < to; ++i) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("skip: a stream that fell behind is told how many it misses, and goes on with what is live") {
  World w({.slow = Slow::skip});
  auto slow = w.join();
  auto silent = w.join(false);
  slow->got.clear();
  slow->stuck = silent->stuck = true;
  w.say(0, 1);  // in flight
  w.say(1, 31);
  slow->stuck = silent->stuck = false;
  w.host->settle();
  w.say(31, 33);
  CHECK(contents_of(slow->got) == Texts{"0", "gap red (30)", "31", "32"});
  CHECK(contents_of(silent->got) == Texts{"0", "31", "32"});  // who did not ask for notices is told nothing
  CHECK(slow->ends.empty());
  CHECK_FALSE(slow->hinted);
}

TEST_CASE("catch_up: a stream that fell behind reads on from the log and misses nothing") {
  World w({.slow = Slow::catch_up});
  auto slow = w.join();
  slow->got.clear();
  slow->stuck = true;
  w.say(0, 1);
  w.say(1, 500);
  CHECK(w.log.reads == 0);  // not before it can take something
  slow->stuck = false;
  w.host->settle();
  w.say(500, 503);
  CHECK(contents_of(slow->got) == numbers(0, 503));
  CHECK(w.log.reads > 0);
  // Its last tokens are exact.
  Wishes wishes;
  wishes.rooms.push_back({"red", w.host->token(slow->positions.back(), "red")});
  Stream again(w.host->hub, w.host->transport, std::move(wishes));
  again.ready();
  w.host->settle();
  CHECK(contents_of(again.got) == Texts{"recovered red"});
}

TEST_CASE("catch_up: one that falls behind again and again still gets everything in order") {
  World w({.slow = Slow::catch_up});
  auto slow = w.join();
  slow->got.clear();
  for (int i = 0; i < 2'000; i += 40) {
    slow->stuck = i % 80 == 0;
    w.say(i, i + 40);
  }
  slow->stuck = false;
  w.host->settle();
  CHECK(contents_of(slow->got) == numbers(0, 2'000));
}

TEST_CASE("disconnect: the stream ends, and its last token is where it can go on") {
  World w({.slow = Slow::disconnect});
  auto slow = w.join();
  slow->stuck = true;
  w.say(0, 1);
  w.say(1, 31);
  slow->stuck = false;
  w.host->settle();
  REQUIRE(slow->ends.size() == 1);
  CHECK(slow->ends[0].code == sdk::Code::resource_exhausted);
  CHECK(slow->ends[0].retryable);
  Wishes wishes;
  wishes.rooms.push_back({"red", w.host->token(slow->positions.back(), "red")});
  slow->close();
  Stream again(w.host->hub, w.host->transport, std::move(wishes));
  again.ready();
  w.host->settle();
  Texts expected = numbers(1, 31);
  expected.insert(expected.begin(), "recovered red");
  CHECK(contents_of(again.got) == expected);
}

TEST_CASE("a stream that is too many bytes behind is too slow, also while the ring has its place") {
  World w({.slow = Slow::skip, .bytes = 3});  // a frame of these tests counts one
  auto slow = w.join();
  slow->got.clear();
  slow->stuck = true;
  w.say(0, 4);
  w.tick(0);
  slow->stuck = false;
  w.host->settle();
  CHECK(contents_of(slow->got) == numbers(0, 4));  // three bytes behind is not too many
  slow->stuck = true;
  w.say(4, 9);
  w.tick(0);
  slow->stuck = false;
  w.host->settle();
  CHECK(contents_of(slow->got) == Texts{"0", "1", "2", "3", "4", "gap red (4)"});
}

TEST_CASE("a stream whose oldest message is too old is too slow, and one whose write does not end is cut") {
  World w({.slow = Slow::disconnect, .age = std::chrono::milliseconds(100)});
  auto slow = w.join();
  auto quick = w.join();
  slow->stuck = true;
  w.say(0, 2);
  const auto said = w.log.clock;
  w.tick(said + 100);
  CHECK(slow->cuts == 0);
  w.tick(said + 101);
  CHECK(slow->cuts == 1);
  w.tick(said + 500);
  CHECK(slow->cuts == 1);
  CHECK(quick->cuts == 0);
  CHECK(quick->ends.empty());
}

TEST_CASE("streams move some at a time, with what is pending and a notice for those that listen") {
  World w({});
  auto listens = w.join(), silent = w.join(false);
  listens->got.clear();
  w.say(0, 2);
  CHECK(w.host->hub.move(0, leaving) == 2);
  CHECK(w.host->hub.move(1, leaving) == 1);
  w.host->settle();
  CHECK(listens->ends.size() + silent->ends.size() == 1);
  CHECK(w.host->hub.move(5, leaving) == 0);
  w.host->settle();
  CHECK(contents_of(listens->got) == Texts{"0", "1", "move"});
  CHECK(contents_of(silent->got) == Texts{"0", "1"});
  REQUIRE(listens->ends.size() == 1);
  CHECK(listens->ends[0].code == sdk::Code::unavailable);
  CHECK(silent->ends.size() == 1);
  auto late = w.join();  // until all have gone others may still come
  CHECK(late->ends.empty());
}

TEST_CASE("a room that is there takes another class's ways, and none when no class has it any more") {
  World w({.slow = Slow::disconnect});
  const auto other = [](std::string pattern) {
    return Limits{.ring = {ring, 1'000'000}, .classes = {{.rooms = {std::move(pattern)}, .slow = Slow::skip}}};
  };
  auto slow = w.join();
  slow->got.clear();
  const auto fall_behind = [&](int from) {
    slow->stuck = true;
    w.say(from, from + 1);  // in flight
    w.say(from + 1, from + 31);
    slow->stuck = false;
    w.host->settle();
  };
  w.host->hub.change(other("r*"));
  fall_behind(0);
  CHECK(contents_of(slow->got) == Texts{"0", "gap red (30)"});
  CHECK(slow->ends.empty());
  w.host->hub.change(other("blue"));
  fall_behind(100);
  CHECK(slow->ends.size() == 1);
}

TEST_CASE("less memory for all rooms makes them give up their oldest messages at once") {
  World w({.slow = Slow::skip});
  w.say(0, 8);
  const auto before = w.host->hub.bytes();
  w.host->hub.change({.ring = {ring, 1'000'000}, .memory = before / 2});
  CHECK(w.host->hub.bytes() <= before / 2);
}
