#include "host/hub/feed.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "host/hub/outgoing.hpp"
#include "host/hub/stored_message.hpp"
#include "host/wire/token.hpp"
#include "streams.hpp"

using namespace chatd;
using namespace chatd::hub;
using namespace std::chrono_literals;

namespace {

constexpr sdk::Time record_time{std::chrono::milliseconds{1'700'000'000'123}};
const std::string hello = R"({"id":"alice","content":"hello","timestamp":"1970-01-01T00:00:09Z","user_id":"alice"})";

struct CountedWake final : Wake {
  void wake() noexcept override { ++count; }
  std::atomic<int> count = 0;
};

// A feed, and the broker's side of it.
class Fed {
 public:
  explicit Fed(Log kind, std::chrono::milliseconds repeats = 0ms, sdk::Time keep_from = sdk::Time::min()) {
    auto made = std::make_unique<TextMaker>();
    maker_ = made.get();
    feed_ = std::make_unique<Feed>(Feed::Options{kind, "topic", repeats, keep_from, "key"}, inbox_, std::move(made), log);
  }
  Feed& operator*() { return *feed_; }
  Feed* operator->() { return feed_.get(); }

  void deliver(sdk::Position at, std::string_view value, std::string_view key = "key",
               std::span<const sdk::Header> headers = {}) {
    const sdk::StoredRecord record{{key, value, headers, record_time}, at};
    feed_->deliver({&record, 1});
  }
  // "room: frame" of what came since the last look.
  Texts taken() {
    inbox_.take(contents_);
    Texts all;
    for (const auto& arrival : contents_.arrivals) {
      if (arrival.kind == Arrival::Kind::message) all.push_back(arrival.room + ": " + text(*arrival.frame));
    }
    return all;
  }
  // What came since the last look.
  const std::vector<Arrival>& arrivals() {
    inbox_.take(contents_);
    return contents_.arrivals;
  }
  // The last frame's position.
  wire::Token token(std::string_view room = {}) const {
    REQUIRE_FALSE(maker_->positions.empty());
    wire::Seal seal("key", "topic");
    auto read = wire::parse_token(maker_->positions.back(), seal, room);
    REQUIRE(read);
    return *read;
  }
  std::size_t frames_made() const { return maker_->positions.size(); }

  CountedWake wake;
  sdk::testing::RecordingLogger log;

 private:
  Inbox inbox_{wake};
  Inbox::Contents contents_;
  TextMaker* maker_ = nullptr;
  std::unique_ptr<Feed> feed_;
};

using Positions = std::vector<sdk::Position>;
void begin(Fed& feed, const Positions& positions) { feed->started(positions); }
sdk::Deadline soon() { return std::chrono::steady_clock::now() + 30s; }
sdk::Deadline now() { return std::chrono::steady_clock::now(); }

}  // namespace

TEST_CASE("a lobby record becomes one frame of the lobby") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 10}});
  const sdk::Header headers[]{{"other", "x"}, {message_id_header, "id-1"}};
  feed.deliver({0, 10}, hello, "alice", headers);
  CHECK(feed.taken() == Texts{": |alice|hello|id-1|9"});

  feed.deliver({0, 11}, R"({"id":"bob","content":""})", "bob");  // without an id and a time
  CHECK(feed.taken() == Texts{": |bob|||1700000000"});
  CHECK(feed->bad_records() == 0);
  CHECK(feed.log.lines().empty());
}

TEST_CASE("a batch is one look into the inbox") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}});
  const std::string other = R"({"id":"bob","content":"hi","timestamp":"1970-01-01T00:00:01Z"})";
  const std::vector<sdk::StoredRecord> batch{{{"alice", hello, {}, record_time}, {0, 0}},
                                             {{"bob", other, {}, record_time}, {0, 1}}};
  (void)feed.taken();
  const int before = feed.wake.count;
  feed->deliver(batch);
  CHECK(feed.wake.count == before + 1);
  CHECK(feed.taken() == Texts{": |alice|hello||9", ": |bob|hi||1"});
}

TEST_CASE("a lobby frame's position is the vector over all partitions, after its record") {
  Fed feed(Log::lobby);
  begin(feed, {{1, 100}, {0, 50}});
  feed.deliver({1, 100}, hello);
  CHECK(feed.token().next == Offsets{50, 101});
  CHECK(feed.token().time_ms == 1'700'000'000'123);
  feed.deliver({0, 57}, hello);  // offsets need not grow by one
  CHECK(feed.token().next == Offsets{58, 101});

  feed.deliver({3, 0}, hello);  // the topic was grown
  CHECK(feed.token().next == Offsets{58, 101, 0, 1});
  feed.deliver({2, 5}, hello);
  CHECK(feed.token().next == Offsets{58, 101, 6, 1});
}

TEST_CASE("every frame of a batch has its own position") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}, {1, 0}});
  const std::vector<sdk::StoredRecord> batch{{{"k", hello, {}, record_time}, {1, 0}}, {{"k", hello, {}, record_time}, {0, 0}}};
  feed->deliver(batch);
  CHECK(feed.frames_made() == 2);
  CHECK(feed.token().next == Offsets{1, 1});
}

TEST_CASE("a room is a record's key, and its position the vector over all partitions, too") {
  Fed feed(Log::rooms);
  begin(feed, {{0, 5}, {1, 7}});
  feed.deliver({1, 7}, hello, "room 1");
  CHECK(feed.taken() == Texts{"room 1: room 1|alice|hello||9"});
  CHECK(feed.token("room 1").next == Offsets{5, 8});
  feed.deliver({4, 0}, hello, "방");
  CHECK(feed.taken() == Texts{"방: 방|alice|hello||9"});
  CHECK(feed.token("방").next == Offsets{5, 8, 0, 0, 1});
  CHECK(feed.token("방").partition == 4);
}

TEST_CASE("a record that is no message is passed over, counted, and told once") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}, {1, 0}});
  feed.deliver({1, 0}, "hand-typed");
  CHECK(feed.taken().empty());
  for (const std::string_view value : {std::string_view{}, std::string_view("\x00\xff", 2), std::string_view("{\"id\":\"a\"")})
    feed.deliver({0, 0}, value);
  CHECK(feed->bad_records() == 4);
  CHECK(feed.frames_made() == 0);
  const auto lines = feed.log.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().level == sdk::Level::warning);
  CHECK(lines.front().text.starts_with("skipped a record that is no message: topic[1] offset 0: "));
  CHECK(lines.front().text.find("(at byte 0) (1 so far;") != std::string::npos);

  feed.deliver({0, 3}, hello);  // and the partition goes on, after what was skipped
  CHECK(feed.taken().size() == 1);
  CHECK(feed.token().next == Offsets{4, 1});
}

TEST_CASE("a place that no log has is passed over, and told") {
  Fed feed(Log::lobby);
  begin(feed, {{-1, 0}, {0, 0}, {1'000'000, 0}, {2, -1}});
  CHECK(feed->wait_started(soon()));
  feed.deliver({-1, 0}, hello);
  feed.deliver({2'000'000'000, 0}, hello);
  feed.deliver({0, -1001}, hello);
  feed->gap(-7, 0, 5);
  CHECK(feed.taken().empty());
  const auto lines = feed.log.lines();
  REQUIRE(lines.size() == 7);
  CHECK(lines[0].level == sdk::Level::error);
  CHECK(lines[0].text ==
        "the broker's plugin names a place that no log has: topic[-1] offset 0; it is passed over: report it to the plugin's "
        "author");
  CHECK(lines[4].text.find("topic[2000000000] offset 0;") != std::string::npos);
  feed.deliver({0, 0}, hello);
  CHECK(feed.taken().size() == 1);
}

TEST_CASE("a record that is too large for clients is passed over, counted, and told once, as a case of its own") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}});
  const auto of_size = [](std::size_t bytes) {  // with the key
    const std::string empty = R"({"id":"alice","content":""})";
    return R"({"id":"alice","content":")" + std::string(bytes - empty.size() - std::string_view("key").size(), 'x') + "\"}";
  };
  feed.deliver({0, 0}, "hand-typed");
  feed.deliver({0, 1}, of_size(most_record_bytes + 1));
  feed.deliver({0, 2}, of_size(most_record_bytes + 1));
  CHECK(feed.taken().empty());
  CHECK(feed->bad_records() == 3);
  const auto lines = feed.log.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].level == sdk::Level::warning);
  CHECK(
      lines[1].text ==
      "skipped a record that is too large: topic[0] offset 1: 4128769 bytes, over the 4128768 that clients take (1 so far; said "
      "once a minute at most)");
  feed.deliver({0, 3}, of_size(most_record_bytes));
  CHECK(feed.taken().size() == 1);
}

TEST_CASE("a bad record does not take the good ones of its batch with it") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}});
  const std::vector<sdk::StoredRecord> batch{
      {{"k", hello, {}, record_time}, {0, 0}}, {{"k", "no", {}, record_time}, {0, 1}}, {{"k", hello, {}, record_time}, {0, 2}}};
  feed->deliver(batch);
  CHECK(feed.taken().size() == 2);
  CHECK(feed->bad_records() == 1);
}

TEST_CASE("a room that has no name, or none in UTF-8, is a bad record") {
  Fed feed(Log::rooms);
  begin(feed, {{0, 0}});
  feed.deliver({0, 0}, hello, "");
  feed.deliver({0, 1}, hello, "\xff");
  CHECK(feed.taken().empty());
  CHECK(feed->bad_records() == 2);
  CHECK(feed.log.lines().at(0).text.find("the key is no room") != std::string::npos);
}

TEST_CASE("in the lobby the key is not looked at, and a message id that is not UTF-8 is none") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}});
  const sdk::Header bad[]{{message_id_header, "\xff"}};
  feed.deliver({0, 0}, hello, "\xff", bad);
  CHECK(feed.taken() == Texts{": |alice|hello||9"});
}

TEST_CASE("a gap is told, and positions go on behind it") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 5}});
  feed->gap(0, 5, 9);
  const auto lines = feed.log.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().text == "gap in topic[0]: offsets 5 to 9 are gone from the log and were not delivered");
  const std::vector<sdk::Extent> extents{{0, 0, 9}};
  CHECK(feed->wait_for(extents, now()));  // nothing before 9 is still to come
  feed.deliver({1, 0}, hello);
  CHECK(feed.token().next == Offsets{9, 1});
}

TEST_CASE("one can wait until reading has begun") {
  Fed feed(Log::lobby);
  CHECK_FALSE(feed->wait_started(now()));
  const std::jthread broker([&] { begin(feed, {}); });
  CHECK(feed->wait_started(soon()));
  CHECK(feed->wait_started(now()));
}

TEST_CASE("one can wait until all that was in the log is in the inbox") {
  Fed feed(Log::lobby);
  const std::vector<sdk::Extent> empty{{0, 0, 0}, {1, 7, 7}};
  const std::vector<sdk::Extent> extents{{0, 0, 2}, {1, 0, 1}, {2, 3, 3}};
  CHECK(feed->wait_for(empty, now()));
  CHECK(feed->wait_for({}, now()));
  CHECK_FALSE(feed->wait_for(extents, now()));
  begin(feed, {{0, 0}});
  feed.deliver({0, 0}, hello);
  feed.deliver({0, 1}, hello);
  CHECK_FALSE(feed->wait_for(extents, now()));
  const std::jthread broker([&] { feed.deliver({1, 0}, "a bad record counts, too"); });
  CHECK(feed->wait_for(extents, soon()));
}

// A wake-up that was lost leaves this waiting until ctest ends it.
TEST_CASE("one who waits is woken by each record that comes") {
  constexpr int records = 300;
  Fed feed(Log::lobby);
  begin(feed, {{0, 0}});
  std::counting_semaphore<> wanted{0};
  const std::jthread broker([&] {
    for (int i = 0; i < records; ++i) {
      wanted.acquire();
      feed.deliver({0, i}, hello);
    }
  });
  for (int i = 0; i < records; ++i) {
    const std::vector<sdk::Extent> extents{{0, 0, i + 1}};
    wanted.release();
    CHECK(feed->wait_for(extents, std::chrono::steady_clock::now() + 1h));
  }
}

TEST_CASE("a feed that begins at the end of the log waits for nothing before it") {
  Fed feed(Log::lobby);
  begin(feed, {{0, 100}});
  const std::vector<sdk::Extent> there{{0, 0, 100}};
  const std::vector<sdk::Extent> more{{0, 0, 101}};
  CHECK(feed->wait_for(there, now()));
  CHECK_FALSE(feed->wait_for(more, now()));
}

TEST_CASE("a feed says where it begins, and each record that is no message moves on all the same") {
  Fed feed(Log::rooms);
  begin(feed, {{0, 5}, {1, 0}});
  auto arrivals = feed.arrivals();
  REQUIRE(arrivals.size() == 2);
  CHECK(arrivals[0].kind == Arrival::Kind::before);
  CHECK(arrivals[0].position == sdk::Position{0, 4});
  CHECK(arrivals[0].log == Log::rooms);
  feed.deliver({0, 5}, "no message");
  arrivals = feed.arrivals();
  REQUIRE(arrivals.size() == 1);
  CHECK(arrivals[0].kind == Arrival::Kind::nothing);
  CHECK(arrivals[0].position == sdk::Position{0, 5});
  CHECK(arrivals[0].time_ms == 1'700'000'000'123);
  feed->gap(0, 6, 9);
  arrivals = feed.arrivals();
  REQUIRE(arrivals.size() == 1);
  CHECK(arrivals[0].kind == Arrival::Kind::gap);
  CHECK(arrivals[0].position == sdk::Position{0, 8});
}

TEST_CASE("a message that is said again with its sender's id is no second message") {
  Fed feed(Log::lobby, 1min);
  begin(feed, {{0, 0}});
  const sdk::Header chosen[]{{message_id_header, "id-1"}};
  const sdk::Header made[]{{made_id_header, "id-1"}};
  feed.deliver({0, 0}, hello, "alice", chosen);
  CHECK(feed.taken().size() == 1);
  feed.deliver({0, 1}, hello, "alice", chosen);
  const auto arrivals = feed.arrivals();
  REQUIRE(arrivals.size() == 1);
  CHECK(arrivals[0].kind == Arrival::Kind::nothing);
  CHECK(arrivals[0].first == 0);
  CHECK(arrivals[0].first_in == 0);
  // Not those whose id is another, another's, or ours.
  const sdk::Header other[]{{message_id_header, "id-2"}};
  feed.deliver({0, 2}, hello, "alice", other);
  feed.deliver({0, 3}, R"({"id":"bob","content":"hello"})", "bob", chosen);
  feed.deliver({0, 4}, hello, "alice", made);
  feed.deliver({0, 5}, hello, "alice", made);
  CHECK(feed.taken().size() == 4);
  CHECK(feed.token().next == Offsets{6});
}

TEST_CASE("records from before what a host keeps only tell what is a repeat") {
  Fed feed(Log::lobby, 1min, record_time);
  begin(feed, {{0, 0}, {1, 0}});
  (void)feed.taken();
  const sdk::Header id[]{{message_id_header, "id"}};
  const auto deliver = [&](sdk::Position at, sdk::Time time) {
    const sdk::StoredRecord record{{"alice", hello, id, time}, at};
    feed->deliver({&record, 1});
    return feed.arrivals().at(0).kind;
  };
  CHECK(deliver({0, 0}, record_time - 1s) == Arrival::Kind::before);
  CHECK(deliver({0, 1}, record_time) == Arrival::Kind::nothing);  // the same id
  const sdk::Header other[]{{message_id_header, "other"}};
  const sdk::StoredRecord late{{"alice", hello, other, record_time - 1s}, {0, 2}};
  feed->deliver({&late, 1});
  CHECK(feed.taken().size() == 1);  // a clock went back; the partition is kept from its first new record on
  CHECK(feed.frames_made() == 1);
}
