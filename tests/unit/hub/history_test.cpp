// The same questions to a room's ring and to the log: the answers agree wherever both have one.
#include "host/hub/history.hpp"

#include "catch.hpp"
#include "host/hub/stored_message.hpp"
#include "paper_log.hpp"

using namespace chatd;
using namespace chatd::hub;
using Place = wire::HistoryRequest::Place;

namespace {

struct World {
  explicit World(std::size_t ring = 1'000) {
    for (int i = 0; i < 2; ++i) log.topic("lobby", i), log.topic("rooms", i);
    host = std::make_unique<PaperHost>(log, Limits{.ring = {ring, 1'000'000}, .linger = std::chrono::seconds(60)}, true);
  }
  void say(int from, int to) {
    for (int i = from; i < to; ++i) log.say("red", 0, std::to_string(i)), log.say("blue", 1, "x");
    host->feed_all();
  }
  Answer ring(const Question& question) {
    auto answer = from_ring(host->hub, question);
    REQUIRE(answer);
    return *std::move(answer);
  }
  Answer read(const Question& question, std::size_t records = 10'000) {
    auto answer = from_log(host->library.rooms, question, records, std::chrono::steady_clock::now());
    REQUIRE(answer);
    return *std::move(answer);
  }
  wire::Token token(const std::string& bytes) { return host->token(bytes, "red"); }

  PaperLog log;
  std::unique_ptr<PaperHost> host;
};

Texts said(const Answer& answer) {
  Texts all;
  for (const auto& frame : answer.frames) all.push_back(content_of(text(*frame)));
  return all;
}
Texts numbers(int from, int to) {
  Texts all;
  for (int i = from; i < to; ++i) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("the newest messages, and from there backwards to the first") {
  World w;
  w.say(0, 10);
  const bool ring = GENERATE(true, false);
  CAPTURE(ring);
  const auto ask = [&](const Question& question) { return ring ? w.ring(question) : w.read(question); };
  auto answer = ask({.room = "red", .limit = 4});
  CHECK(said(answer) == numbers(6, 10));
  CHECK(answer.complete);
  CHECK(answer.looked_to_ms > 0);
  CHECK(said(ask({.room = "red", .place = Place::after, .token = w.token(answer.later), .limit = 4})).empty());
  answer = ask({.room = "red", .place = Place::before, .token = w.token(answer.earlier), .limit = 4});
  CHECK(said(answer) == numbers(2, 6));
  answer = ask({.room = "red", .place = Place::before, .token = w.token(answer.earlier), .limit = 4});
  CHECK(said(answer) == numbers(0, 2));
  CHECK(answer.earlier.empty());  // nothing was said before
}

TEST_CASE("messages after a place, page by page to the end, and on from there") {
  World w;
  w.say(0, 10);
  const bool ring = GENERATE(true, false);
  CAPTURE(ring);
  const auto ask = [&](const Question& question) { return ring ? w.ring(question) : w.read(question); };
  const auto newest = ask({.room = "red", .limit = 8});
  auto answer = ask({.room = "red", .place = Place::after, .token = w.token(newest.earlier), .limit = 5});
  CHECK(said(answer) == numbers(2, 7));
  answer = ask({.room = "red", .place = Place::after, .token = w.token(answer.later), .limit = 5});
  CHECK(said(answer) == numbers(7, 10));
  w.say(10, 12);
  answer = ask({.room = "red", .place = Place::after, .token = w.token(answer.later), .limit = 5});
  CHECK(said(answer) == numbers(10, 12));
}

TEST_CASE("messages since a time") {
  World w;
  w.say(0, 10);
  const bool ring = GENERATE(true, false);
  CAPTURE(ring);
  const auto time = time_ms(w.log.at("rooms", {0, 4}));
  const Question question{.room = "red", .place = Place::since, .token = {}, .since_ms = time, .limit = 3};
  CHECK(said(ring ? w.ring(question) : w.read(question)) == numbers(4, 7));
}

TEST_CASE("each message of an answer has a token to go on from") {
  World w(4);
  w.say(0, 20);
  const auto answer = w.read({.room = "red", .limit = 10});
  REQUIRE(said(answer) == numbers(10, 20));
  const auto& position = static_cast<const TextFrame&>(*answer.frames[3]).position;
  const auto after = w.read({.room = "red", .place = Place::after, .token = w.token(position), .limit = 100});
  CHECK(said(after) == numbers(14, 20));
}

TEST_CASE("a ring that may not have it all says nothing") {
  World w(4);
  w.say(0, 20);
  CHECK(from_ring(w.host->hub, {.room = "red", .limit = 3}));
  CHECK_FALSE(from_ring(w.host->hub, {.room = "red", .limit = 10}));
  CHECK_FALSE(from_ring(w.host->hub, {.room = "red", .place = Place::after, .token = {}, .limit = 3}));
  CHECK_FALSE(from_ring(w.host->hub, {.room = "red", .place = Place::since, .token = {}, .since_ms = 5, .limit = 3}));
  CHECK_FALSE(from_ring(w.host->hub, {.room = "nobody knows", .limit = 3}));
}

TEST_CASE("a quiet room in a busy topic: one request looks only so far, and says how far") {
  World w(4);
  w.say(0, 1);
  for (int i = 0; i < 3'000; ++i) w.log.say("blue", 0, "x");
  w.host->feed_all();
  auto answer = w.read({.room = "red", .limit = 10}, 500);
  CHECK(said(answer).empty());
  CHECK_FALSE(answer.complete);
  CHECK(answer.looked_to_ms > time_ms(w.log.at("rooms", {0, 1})));
  int requests = 1;
  for (; said(answer).empty() && requests < 50; ++requests)
    answer = w.read({.room = "red", .place = Place::before, .token = w.token(answer.earlier), .limit = 10}, 500);
  CHECK(said(answer) == Texts{"0"});
  CHECK(requests > 3);

  auto later = w.read({.room = "red", .place = Place::after, .token = {}, .limit = 1}, 500);
  CHECK(said(later) == Texts{"0"});
  later = w.read({.room = "red", .place = Place::after, .token = w.token(later.later), .limit = 1}, 500);
  CHECK(said(later).empty());
  CHECK_FALSE(later.complete);
}

TEST_CASE("repeats are not history") {
  World w;
  w.log.say("red", 0, "once", "id");
  for (int i = 0; i < 5; ++i) w.log.say("red", 0, std::to_string(i));
  w.log.say("red", 0, "once", "id");
  w.host->feed_all();
  CHECK(said(w.ring({.room = "red", .limit = 3})) == Texts{"2", "3", "4"});
  CHECK(said(w.read({.room = "red", .limit = 3})) == Texts{"3", "4"});  // of three records
  CHECK(said(w.read({.room = "red", .place = Place::after, .token = {}, .limit = 10})) == Texts{"once", "0", "1", "2", "3", "4"});
}

TEST_CASE("an answer is not larger than clients take") {
  PaperLog log;
  log.topic("lobby", 0), log.topic("rooms", 0);
  PaperHost host(log, Limits{.ring = {1'000, 1'000'000'000}, .linger = std::chrono::seconds(60)}, true);
  std::vector<Arrival> batch;
  for (int i = 0; i < 10; ++i)
    batch.push_back({.room = "red",
                     .frame = frame("||" + std::to_string(i) + "||", 1'000'000),
                     .log = Log::rooms,
                     .position = {0, i},
                     .time_ms = i + 1});
  host.hub.arrive(batch);
  const auto answer = from_ring(host.hub, {.room = "red", .limit = 10});
  REQUIRE(answer);
  CHECK(said(*answer) == numbers(7, 10));
  CHECK_FALSE(answer->earlier.empty());
}
