#include "host/hub/outgoing.hpp"

#include <set>
#include <string>

#include "catch.hpp"

using namespace chatd;
using namespace chatd::hub;

namespace {

const Topics topics{"chatting", "user-connections", "chat-rooms"};
constexpr sdk::Time now{std::chrono::nanoseconds{1'500'000'000}};

}  // namespace

TEST_CASE("a lobby message is a record of its sender in the topic that old programs read") {
  const Outgoing out({"alice", "hello", wire::Timestamp{1'795'353'783, 100'000'000}, "", "id-1"}, topics, now, "fallback");
  CHECK(out.topic() == "chatting");
  CHECK(out.message_id() == "id-1");
  const auto record = out.record();
  CHECK(record.key == "alice");
  CHECK(record.value == R"({"id":"alice","content":"hello","timestamp":"2026-11-22T13:23:03.1Z","user_id":"alice"})");
  CHECK(record.timestamp == now);  // the server's, whatever the client says
  REQUIRE(record.headers.size() == 1);
  CHECK(record.headers[0].name == "chatd-message-id");
  CHECK(record.headers[0].value == "id-1");
}

TEST_CASE("a room's message is a record of the room in a topic of ours") {
  const Outgoing out({"alice", "hello", wire::Timestamp{0, 0}, "room 1", "id-1"}, topics, now, "fallback");
  CHECK(out.topic() == "chat-rooms");
  CHECK(out.record().key == "room 1");
  CHECK(out.record().value == R"({"id":"alice","content":"hello","timestamp":"1970-01-01T00:00:00Z","user_id":"alice"})");
}

TEST_CASE("a message without a time gets the server's, and without an id the fallback") {
  const Outgoing out({"alice", "hello", std::nullopt, "", ""}, topics, now, "fallback");
  CHECK(out.record().value == R"({"id":"alice","content":"hello","timestamp":"1970-01-01T00:00:01.5Z","user_id":"alice"})");
  CHECK(out.message_id() == "fallback");
  CHECK(out.record().headers[0].value == "fallback");
}

TEST_CASE("message ids are unique, also over two processes") {
  MessageIds ids, others;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    CHECK(seen.insert(ids.next()).second);
    CHECK(seen.insert(others.next()).second);
  }
  const auto id = ids.next();
  CHECK(id.find('-') == 16);
  CHECK(id.find_first_not_of("0123456789abcdef") == 16);
  CHECK(id.ends_with("-1001"));
}
