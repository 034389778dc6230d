// What a stream is told at its end: where it stood in each of its rooms, so that its client can go on from there.
#include "catch.hpp"
#include "paper_log.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct World {
  explicit World(std::size_t ring = 10, Slow slow = Slow::disconnect) {
    for (int i = 0; i < 2; ++i) log.topic("lobby", i), log.topic("rooms", i);
    RoomClass kind{.slow = slow};
    kind.rooms = {"*"};
    host = std::make_unique<PaperHost>(log, Limits{.ring = {ring, 1'000'000}, .classes = {std::move(kind)}});
  }
  std::unique_ptr<Stream> join(const std::map<std::string, std::string>& rooms, bool notices = true, std::size_t history = 0) {
    Wishes wishes;
    for (const auto& [room, token] : rooms) {
      wishes.rooms.push_back({room, std::nullopt});
      if (!token.empty()) wishes.rooms.back().resume = host->token(token, room);
    }
    auto stream = std::make_unique<Stream>(host->hub, host->transport, std::move(wishes), notices, history);
    stream->ready();
    return stream;
  }
  void say(const std::string& room, std::int32_t partition, const std::string& content) {
    log.say(room, partition, content);
    host->feed_all();
    host->settle();
  }

  PaperLog log;
  std::unique_ptr<PaperHost> host;
};

}  // namespace

TEST_CASE("a stream that is too slow ends with a token of each of its rooms, and misses nothing when it goes on") {
  World w;
  auto slow = w.join({{"red", ""}, {"blue", ""}}, false);
  w.host->settle();
  w.say("red", 1, "r0");
  w.say("blue", 0, "b0");
  slow->stuck = true;
  w.say("red", 0, "r1");  // in flight
  w.say("blue", 1, "b1");
  for (int i = 2; i < 20; ++i) w.say("red", i % 2, "r" + std::to_string(i));
  slow->stuck = false;
  w.host->settle();
  REQUIRE(slow->ends.size() == 1);
  REQUIRE(slow->stands.size() == 2);
  Texts got = contents_of(slow->got);

  auto again = w.join({{"red", slow->stands["red"]}, {"blue", slow->stands["blue"]}});
  w.host->settle();
  for (const auto& one : contents_of(again->got)) {
    if (!one.starts_with("recovered ")) got.push_back(one);
  }
  Texts all{"b0", "b1"};
  for (int i = 0; i < 20; ++i) all.push_back("r" + std::to_string(i));
  std::ranges::sort(all);
  std::ranges::sort(got);
  CHECK(got == all);
}

TEST_CASE("a stream that a server sends away ends with the places behind what it got") {
  World w;
  auto stream = w.join({{"", ""}, {"red", ""}}, false);
  w.say("", 0, "a");
  stream->stuck = true;
  w.say("", 1, "b");
  w.say("", 1, "c");
  CHECK(w.host->hub.move(1, leaving) == 0);
  w.say("", 0, "d");  // after it was sent away
  stream->stuck = false;
  w.host->settle();
  CHECK(contents_of(stream->got) == Texts{"a", "b", "c"});
  REQUIRE(stream->stands.size() == 2);

  auto again = w.join({{"", stream->stands[""]}, {"red", stream->stands["red"]}});
  w.say("red", 0, "e");
  w.host->settle();
  CHECK(contents_of(again->got) == Texts{"recovered ", "d", "recovered red", "e"});
}

TEST_CASE("a stream that ends while it reads what it missed is told no place: its client knows better") {
  World w(4);
  auto first = w.join({{"red", ""}});
  w.say("red", 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 300; ++i) w.say("red", 0, std::to_string(i));
  auto stream = w.join({{"red", token}});
  run(w.host->hub, w.host->transport);
  REQUIRE(w.host->library.serve(w.host->hub));
  stream->stuck = true;
  run(w.host->hub, w.host->transport);
  CHECK(w.host->hub.move(1, leaving) == 0);
  stream->stuck = false;
  w.host->settle();
  REQUIRE(stream->ends.size() == 1);
  CHECK(stream->stands.empty());
}

TEST_CASE("a stream whose log cannot be read is told no place") {
  World w(4);
  auto first = w.join({{"red", ""}});
  w.say("red", 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 30; ++i) w.say("red", 0, std::to_string(i));
  w.log.broken = sdk::Error{sdk::Code::unavailable, "no broker", true};
  auto stream = w.join({{"red", token}});
  w.host->settle();
  REQUIRE(stream->ends.size() == 1);
  CHECK(stream->stands.empty());
}

TEST_CASE("a stream that was sent away is told no place when the ring goes on beyond it before its last write is done") {
  World w(4);
  auto stream = w.join({{"red", ""}}, false);
  stream->stuck = true;
  w.say("red", 0, "0");  // in flight
  CHECK(w.host->hub.move(1, leaving) == 0);
  for (int i = 1; i < 10; ++i) w.say("red", 0, std::to_string(i));
  stream->stuck = false;
  w.host->settle();
  CHECK(contents_of(stream->got) == Texts{"0"});
  REQUIRE(stream->ends.size() == 1);
  CHECK(stream->stands.empty());
}

TEST_CASE("a stream that falls behind after it was sent away is told no place, for what it missed is not written any more") {
  World w(4, Slow::catch_up);
  auto stream = w.join({{"red", ""}});
  stream->stuck = true;
  w.say("red", 0, "0");  // in flight: the notice
  CHECK(w.host->hub.move(1, leaving) == 0);
  for (int i = 1; i < 10; ++i) w.say("red", 0, std::to_string(i));
  stream->stuck = false;
  w.host->settle();
  CHECK(contents_of(stream->got) == Texts{"subscribed red", "move"});
  REQUIRE(stream->ends.size() == 1);
  CHECK(stream->stands.empty());
}

TEST_CASE("a stream that was too slow for its history is told no place: between that and what is live something is missing") {
  World w(4);
  for (int i = 0; i < 20; ++i) w.log.say("red", 0, std::to_string(i));
  w.host = std::make_unique<PaperHost>(w.log, Limits{.ring = {4, 1'000'000}});
  auto stream = w.join({{"red", ""}}, true, 10);
  run(w.host->hub, w.host->transport);
  w.host->feed_all();
  for (int i = 20; i < 40; ++i) {
    w.log.say("red", 0, std::to_string(i));
    w.host->feed_all();
  }
  w.host->settle();
  REQUIRE(stream->ends.size() == 1);
  CHECK(stream->ends.front().code == sdk::Code::resource_exhausted);
  CHECK(stream->stands.empty());
}

TEST_CASE("a stream that is too slow in one room while it reads the log of another is told no place") {
  World w(4);
  auto first = w.join({{"blue", ""}});
  w.say("blue", 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 300; ++i) w.say("blue", 0, std::to_string(i));
  auto stream = w.join({{"blue", token}, {"red", ""}});
  run(w.host->hub, w.host->transport);
  REQUIRE(w.host->library.serve(w.host->hub));  // more is to be read when that is written
  stream->stuck = true;
  run(w.host->hub, w.host->transport);
  for (int i = 0; i < 10; ++i) {
    w.log.say("red", 0, std::to_string(i));
    w.host->feed_all();
  }
  stream->stuck = false;
  run(w.host->hub, w.host->transport);
  REQUIRE(stream->ends.size() == 1);
  CHECK(stream->stands.empty());
}
