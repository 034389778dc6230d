// Records that are gone from the log before this host has read them.
#include "catch.hpp"
#include "paper_log.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct World {
  World() {
    for (int i = 0; i < 2; ++i) log.topic("lobby", i), log.topic("rooms", i);
    host = std::make_unique<PaperHost>(log, Limits{.ring = {10, 1'000'000}});
  }
  std::unique_ptr<Stream> join(const std::string& room, bool notices = true, const std::string& token = {}) {
    Wishes wishes;
    wishes.rooms.push_back({room, std::nullopt});
    if (!token.empty()) wishes.rooms.back().resume = host->token(token, room);
    auto stream = std::make_unique<Stream>(host->hub, host->transport, std::move(wishes), notices);
    stream->ready();
    host->settle();
    return stream;
  }
  void say(const std::string& room, std::int32_t partition, const std::string& content) {
    log.say(room, partition, content);
    host->feed_all();
    host->settle();
  }
  // So many records of the first partition are said and lost before the host reads them.
  void lose(const std::string& room, int records) {
    for (int i = 0; i < records; ++i) log.say(room, 0, "lost");
    const std::string topic = room.empty() ? "lobby" : "rooms";
    log.topic(topic, 0).begin = log.topic(topic, 0).end();
    host->lose(topic, {0, log.topic(topic, 0).end()});
    host->settle();
  }

  PaperLog log;
  std::unique_ptr<PaperHost> host;
};

}  // namespace

TEST_CASE("a gap in the log is told in every room of that log, with a token behind it") {
  World w;
  auto lobby = w.join("");
  auto red = w.join("red");
  auto blue = w.join("blue");
  auto old = w.join("red", false);
  w.lose("red", 3);
  w.say("red", 0, "after");
  w.say("", 0, "lobby");
  CHECK(contents_of(red->got) == Texts{"subscribed red", "gap red (0)", "after"});
  CHECK(contents_of(blue->got) == Texts{"subscribed blue", "gap blue (0)"});
  CHECK(contents_of(lobby->got) == Texts{"subscribed ", "lobby"});
  CHECK(contents_of(old->got) == Texts{"after"});  // it knows no notices

  const auto token = blue->positions.back();
  w.say("blue", 0, "missed");
  auto again = w.join("blue", true, token);
  CHECK(contents_of(again->got) == Texts{"recovered blue", "missed"});
}

TEST_CASE("a stream that is behind is told of a gap without a token, and its place stays before what it has yet to get") {
  World w;
  auto slow = w.join("red");
  w.say("red", 0, "0");
  slow->stuck = true;
  w.say("red", 0, "1");  // in flight
  w.say("red", 0, "2");
  w.say("red", 1, "3");
  w.lose("red", 2);
  slow->stuck = false;
  w.host->settle();
  w.say("red", 0, "4");
  CHECK(contents_of(slow->got) == Texts{"subscribed red", "0", "1", "gap red (0)", "2", "3", "4"});
  CHECK(slow->positions[3].empty());
}

TEST_CASE("where a stream stands before a gap is not behind it") {
  World w;
  auto slow = w.join("red");
  w.say("red", 0, "0");
  slow->stuck = true;
  w.say("red", 0, "1");
  w.say("red", 0, "2");
  w.lose("red", 2);
  const auto* const room = w.host->hub.find("red");
  REQUIRE(room);
  CHECK(at(w.host->hub.place_of(*room, room->ring.head() - 1).next, 0) == 2);
  CHECK(at(w.host->hub.place_of(*room, room->ring.head()).next, 0) == 5);
}
