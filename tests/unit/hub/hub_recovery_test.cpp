// Streams that come back: on the host where they were, on another, after the ring, across partitions that were added.
#include <string>
#include <vector>

#include "catch.hpp"
#include "paper_log.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

struct World {
  explicit World(Limits limits = {}, std::size_t resume_records = 100'000) : resume(resume_records) {
    for (int i = 0; i < 2; ++i) log.topic("lobby", i), log.topic("rooms", i);
    host = std::make_unique<PaperHost>(log, limits, false, std::chrono::seconds(10), resume);
  }
  // A stream that goes on with this token, or is new.
  std::unique_ptr<Stream> join(const std::string& room, const std::string& token = {}, std::size_t history = 0) {
    Wishes wishes;
    wishes.rooms.push_back({room, std::nullopt});
    if (!token.empty()) wishes.rooms.back().resume = host->token(token, room);
    auto stream = std::make_unique<Stream>(host->hub, host->transport, std::move(wishes), true, history);
    stream->ready();
    return stream;
  }
  void say(const std::string& room, std::int32_t partition, const std::string& content) {
    log.say(room, partition, content);
    host->feed_all();
    host->settle();
  }

  std::size_t resume;
  PaperLog log;
  std::unique_ptr<PaperHost> host;
};

constexpr auto lobby = "";

}  // namespace

TEST_CASE("a stream that comes back gets what it missed from the ring, then what is live, and nothing is read") {
  World w;
  auto first = w.join(lobby);
  w.say(lobby, 0, "a");
  w.say(lobby, 1, "b");
  REQUIRE(contents_of(first->got) == Texts{"subscribed ", "a", "b"});
  const auto token = first->positions.at(1);  // after "a"
  first->close();
  w.say(lobby, 0, "c");

  auto second = w.join(lobby, token);
  w.host->settle();
  w.say(lobby, 1, "d");
  CHECK(contents_of(second->got) == Texts{"recovered ", "b", "c", "d"});
  CHECK(w.log.reads == 0);
  // The token of SUBSCRIBED is where the stream stood.
  CHECK(w.host->token(second->positions.at(0), lobby).next == w.host->token(token, lobby).next);
}

TEST_CASE("a stream can go on from its first notice, before any message came") {
  World w;
  w.say(lobby, 0, "before");
  auto first = w.join(lobby);
  w.host->settle();
  REQUIRE(contents_of(first->got) == Texts{"subscribed "});
  const auto token = first->positions.at(0);
  first->close();
  w.say(lobby, 1, "missed");
  auto second = w.join(lobby, token);
  w.host->settle();
  CHECK(contents_of(second->got) == Texts{"recovered ", "missed"});
}

TEST_CASE("on another host, which read the partitions in another order, nothing is missing and nothing comes twice") {
  World w;
  PaperHost other(w.log, {});
  auto first = w.join(lobby);
  for (int i = 0; i < 3; ++i) w.log.say(lobby, 0, "a" + std::to_string(i)), w.log.say(lobby, 1, "b" + std::to_string(i));
  for (int i = 0; i < 3; ++i) w.host->feed_one("lobby", 0);
  w.host->feed_one("lobby", 1);
  w.host->settle();
  REQUIRE(contents_of(first->got) == Texts{"subscribed ", "a0", "a1", "a2", "b0"});

  // The other host has b0 b1 a0 b2 a1 a2.
  for (const int partition : {1, 1, 0, 1, 0, 0}) other.feed_one("lobby", partition);
  Wishes wishes;
  wishes.rooms.push_back({"", other.token(first->positions.back(), lobby)});
  Stream second(other.hub, other.transport, std::move(wishes));
  second.ready();
  other.settle();
  CHECK(contents_of(second.got) == Texts{"recovered ", "b1", "b2"});
  CHECK(w.log.reads == 0);
  // Each of its tokens is exact: from the one after b1 only b2 is missing.
  Wishes again;
  again.rooms.push_back({"", other.token(second.positions.at(1), lobby)});
  Stream third(other.hub, other.transport, std::move(again));
  third.ready();
  other.settle();
  CHECK(contents_of(third.got) == Texts{"recovered ", "b2"});
}

TEST_CASE("a host that is behind the token waits until it has read what the stream knows") {
  World w;
  PaperHost other(w.log, {});
  auto first = w.join(lobby);
  w.say(lobby, 0, "a");
  w.say(lobby, 0, "b");
  Wishes wishes;
  wishes.rooms.push_back({"", other.token(first->positions.back(), lobby)});
  Stream second(other.hub, other.transport, std::move(wishes));
  second.ready();
  other.settle();
  CHECK(contents_of(second.got) == Texts{"recovered "});
  other.feed_one("lobby", 0);
  other.settle();
  w.log.say(lobby, 1, "c");
  other.feed_one("lobby", 1);  // not before it knows all that the stream knows
  other.settle();
  CHECK(contents_of(second.got) == Texts{"recovered "});
  other.feed_one("lobby", 0);
  other.settle();
  CHECK(contents_of(second.got) == Texts{"recovered ", "c"});
}

TEST_CASE("what the ring no longer has is read from the log, then the ring goes on") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 600; ++i) w.say(lobby, i % 2, std::to_string(i));
  auto second = w.join(lobby, token);
  w.host->settle();
  Texts expected{"recovered "};
  for (int i = 1; i < 600; ++i) expected.push_back(std::to_string(i));
  CHECK(contents_of(second->got) == expected);
  w.say(lobby, 0, "live");
  CHECK(contents_of(second->got).back() == "live");
}

TEST_CASE("what is said while the log is read comes once, in its place") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 20; ++i) w.say(lobby, 0, std::to_string(i));
  int more = 20;
  w.log.on_read = [&] {
    if (more >= 60) return;
    for (int i = 0; i < 10; ++i) w.log.say(lobby, 0, std::to_string(more++));
    w.host->feed_all();
  };
  auto second = w.join(lobby, token);
  w.host->settle();
  Texts expected{"recovered "};
  for (int i = 1; i < more; ++i) expected.push_back(std::to_string(i));
  CHECK(contents_of(second->got) == expected);
}

TEST_CASE("a token of records that are gone is not half recovered") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 20; ++i) w.say(lobby, 0, std::to_string(i));
  w.log.topic("lobby", 0).begin = 2;
  auto second = w.join(lobby, token);
  w.host->settle();
  w.say(lobby, 0, "live");
  CHECK(contents_of(second->got) == Texts{"lost  (1)", "live"});
}

TEST_CASE("records that go while they are read end the stream, for more was promised") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 2'000; ++i) w.say(lobby, 0, std::to_string(i));
  auto second = w.join(lobby, token);
  REQUIRE(w.host->library.serve(w.host->hub));
  w.log.topic("lobby", 0).begin = 1'990;
  w.host->settle();
  REQUIRE(second->ends.size() == 1);
  CHECK(second->ends[0].code == sdk::Code::data_loss);
  CHECK(second->ends[0].retryable);
  CHECK(contents_of(second->got).front() == "recovered ");
}

TEST_CASE("a log that was made anew is noticed by its end, and by the time of the token's record") {
  World w;
  auto first = w.join(lobby);
  for (int i = 0; i < 5; ++i) w.say(lobby, 0, std::to_string(i));
  const auto token = first->positions.back();
  PaperLog anew;
  anew.clock = 5'000'000;
  anew.topic("lobby", 1), anew.topic("rooms", 1);
  const auto came = [&](int said) {
    PaperHost host(anew, {}, true);
    for (int i = 0; i < said; ++i) anew.say(lobby, 0, "other " + std::to_string(i));
    host.feed_all();
    Wishes wishes;
    wishes.rooms.push_back({"", host.token(token, lobby)});
    Stream stream(host.hub, host.transport, std::move(wishes));
    stream.ready();
    host.settle();
    return contents_of(stream.got);
  };
  CHECK(came(2) == Texts{"lost  (2)"});  // it ends before the token
  CHECK(came(8) == Texts{"lost  (2)"});  // it is longer by now
}

TEST_CASE("a leader that is behind for a moment does not pass for a log that was cut") {
  World w;
  w.log.shared = true;
  auto first = w.join(lobby);
  for (int i = 0; i < 5; ++i) w.say(lobby, 0, std::to_string(i));
  const auto token = first->positions.back();
  PaperHost other(w.log, {}, true);
  // Its leader forgets the last line until it is asked the third time.
  auto& lines = w.log.topic("lobby", 0).lines;
  const auto last = lines.back();
  lines.pop_back();
  w.log.on_extents = [&, asked = 0]() mutable {
    if (++asked == 3) lines.push_back(last);
  };
  Wishes wishes;
  wishes.rooms.push_back({"", other.token(token, lobby)});
  Stream stream(other.hub, other.transport, std::move(wishes));
  stream.ready();
  REQUIRE(other.library.asked.size() == 1);
  auto [reader, session, membership] = other.library.asked.front();
  other.library.asked.clear();
  other.hub.page(session, membership, reader->next(std::chrono::steady_clock::now() + std::chrono::seconds(30)));
  other.feed_all();
  other.settle();
  CHECK(contents_of(stream.got) == Texts{"recovered "});
}

TEST_CASE("further back than a host reads is told as such") {
  World w({.ring = {4, 1'000'000}}, 10);
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 20; ++i) w.say(lobby, 0, std::to_string(i));
  auto second = w.join(lobby, token);
  w.host->settle();
  CHECK(contents_of(second->got) == Texts{"lost  (3)"});
}

TEST_CASE("partitions that were added after the token are read from their first record") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  SECTION("from the ring") {
    w.say(lobby, 4, "added");
    auto second = w.join(lobby, token);
    w.host->settle();
    CHECK(contents_of(second->got) == Texts{"recovered ", "added"});
  }
  SECTION("from the log") {
    for (int i = 1; i < 10; ++i) w.say(lobby, 4, std::to_string(i));
    auto second = w.join(lobby, token);
    w.host->settle();
    CHECK(contents_of(second->got) == Texts{"recovered ", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  }
}

TEST_CASE("a named room recovers what was said in it, whatever was said beside it") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join("red");
  w.say("red", 0, "0");
  const auto token = first->positions.back();
  first->close();  // and the room with its last member
  for (int i = 1; i < 30; ++i) w.say(i % 3 == 0 ? "red" : "blue", 0, std::to_string(i));
  auto second = w.join("red", token);
  w.host->settle();
  CHECK(contents_of(second->got) == Texts{"recovered red", "3", "6", "9", "12", "15", "18", "21", "24", "27"});
  CHECK(w.log.reads > 0);
}

TEST_CASE("a room that nobody follows lingers, and who comes back finds it in its ring") {
  World w({.linger = std::chrono::seconds(60)});
  const auto start = Hub::Clock::now();
  w.host->hub.tick(start, {});
  auto first = w.join("red");
  w.say("red", 0, "0");
  const auto token = first->positions.back();
  first->close();
  w.say("red", 0, "1");
  w.host->hub.tick(start + std::chrono::seconds(59), {});
  {
    auto second = w.join("red", token);
    w.host->settle();
    CHECK(contents_of(second->got) == Texts{"recovered red", "1"});
    CHECK(w.log.reads == 0);
  }
  w.host->hub.tick(start + std::chrono::seconds(118), {});
  CHECK(w.host->hub.rooms() == 2);
  w.host->hub.tick(start + std::chrono::seconds(120), {});
  CHECK(w.host->hub.rooms() == 1);
  auto third = w.join("red", token);
  w.host->settle();
  CHECK(contents_of(third->got) == Texts{"recovered red", "1"});
  CHECK(w.log.reads > 0);
}

TEST_CASE("a room that was forgotten does not pass for one in which nothing was said") {
  World w({.linger = std::chrono::seconds(60)});
  const auto start = Hub::Clock::now();
  w.host->hub.tick(start, {});
  auto first = w.join("red");
  w.say("red", 0, "0");
  const auto token = first->positions.back();
  first->close();
  w.say("red", 0, "missed");
  w.host->hub.tick(start + std::chrono::seconds(61), {});
  REQUIRE(w.host->hub.rooms() == 1);
  w.say("red", 0, "later");
  auto second = w.join("red", token);
  w.host->settle();
  CHECK(contents_of(second->got) == Texts{"recovered red", "missed", "later"});
}

TEST_CASE("streams that come before the logs are known are opened when they are") {
  PaperLog log;
  log.topic("lobby", 0), log.topic("rooms", 0);
  TextMaker maker;
  Hub hub({{}, {"lobby", "rooms"}, {}}, maker);
  Transport transport;
  Stream early(hub, transport, {""}, true);
  CHECK(early.opened == 0);
  hub.warm(Log::rooms);
  CHECK(early.opened == 0);
  std::vector<Arrival> old;
  old.push_back({.frame = frame("old"), .position = {0, 0}, .time_ms = 1});
  hub.arrive(old);
  hub.warm(Log::lobby);
  CHECK(early.opened == 1);
  early.ready();
  old.clear();
  old.push_back({.frame = frame("new"), .position = {0, 1}, .time_ms = 2});
  hub.arrive(old);
  run(hub, transport);
  CHECK(early.got == Texts{"subscribed ", "new"});
}

TEST_CASE("a new member gets the last messages first") {
  World w({.ring = {8, 1'000'000}, .linger = std::chrono::seconds(60)});
  for (int i = 0; i < 5; ++i) w.say("red", 0, std::to_string(i)), w.say("blue", 0, "x");
  SECTION("from the ring") {
    auto member = w.join("red", {}, 3);
    w.host->settle();
    w.say("red", 0, "live");
    CHECK(contents_of(member->got) == Texts{"subscribed red", "2", "3", "4", "live"});
    CHECK(w.log.reads == 0);
  }
  SECTION("all that there is, when that is less") {
    auto member = w.join("red", {}, 7);
    w.host->settle();
    w.say("red", 0, "live");
    CHECK(contents_of(member->got) == Texts{"subscribed red", "0", "1", "2", "3", "4", "live"});
  }
  SECTION("from the log") {
    for (int i = 5; i < 20; ++i) w.say("red", 0, std::to_string(i));
    auto member = w.join("red", {}, 12);
    w.host->settle();
    w.say("red", 0, "live");
    CHECK(contents_of(member->got) ==
          Texts{"subscribed red", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "live"});
    CHECK(w.log.reads > 0);
    // Its tokens are good to resume from.
    const auto token = member->positions.at(5);  // after "12"
    member->close();
    auto again = w.join("red", token);
    w.host->settle();
    CHECK(contents_of(again->got) == Texts{"recovered red", "13", "14", "15", "16", "17", "18", "19", "live"});
  }
}

TEST_CASE("quiet members of a busy topic get newer tokens from time to time") {
  World w;
  const auto start = Hub::Clock::now();
  w.host->hub.tick(start, {});
  auto quiet = w.join("red");
  w.host->settle();
  auto silent = std::make_unique<Stream>(w.host->hub, w.host->transport, std::vector<std::string>{"red"}, false);
  silent->ready();
  for (int i = 0; i < 1'001; ++i) w.say("blue", 0, "x");
  w.host->hub.tick(start + std::chrono::seconds(9), {});
  w.host->settle();
  CHECK(contents_of(quiet->got) == Texts{"subscribed red"});
  w.host->hub.tick(start + std::chrono::seconds(11), {});
  w.host->settle();
  CHECK(contents_of(quiet->got) == Texts{"subscribed red", "position red"});
  CHECK(w.host->token(quiet->positions.back(), "red").next == Offsets{1'001, 0});
  CHECK(silent->got.empty());
  w.host->hub.tick(start + std::chrono::seconds(60), {});
  w.host->settle();
  CHECK(quiet->got.size() == 2);  // nothing new
}

TEST_CASE("a broker that cannot be read ends the stream, to try again") {
  World w({.ring = {4, 1'000'000}});
  auto first = w.join(lobby);
  w.say(lobby, 0, "0");
  const auto token = first->positions.back();
  first->close();
  for (int i = 1; i < 20; ++i) w.say(lobby, 0, std::to_string(i));
  SECTION("when it says so") {
    w.log.broken = sdk::Error{sdk::Code::unavailable, "no leader", true};
    auto second = w.join(lobby, token);
    w.host->settle();
    REQUIRE(second->ends.size() == 1);
    CHECK(second->ends[0].code == sdk::Code::unavailable);
    CHECK(second->ends[0].text == "room \"\" cannot be read from the log: no leader");
    CHECK(second->got.empty());
  }
  SECTION("when it does not say so in time, which is not the client's deadline") {
    w.log.broken = sdk::Error{sdk::Code::deadline_exceeded, "no answer", true};
    auto second = w.join(lobby, token);
    w.host->settle();
    REQUIRE(second->ends.size() == 1);
    CHECK(second->ends[0].code == sdk::Code::unavailable);
  }
  SECTION("when too much waits to be read") {
    w.host->library.full = true;
    auto second = w.join(lobby, token);
    w.host->settle();
    REQUIRE(second->ends.size() == 1);
    CHECK(second->ends[0].code == sdk::Code::resource_exhausted);
  }
}
