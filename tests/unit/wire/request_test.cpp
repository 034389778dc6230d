#include "host/wire/request.hpp"

#include <functional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "chat.pb.h"

using namespace chatd;
using namespace chatd::wire;

namespace {

const Limits limits{.content = 20, .id = 10, .name = 12, .message_id = 8, .room = 6, .rooms_per_stream = 3};

// A length-delimited field as it stands on the wire, also one that the generated classes would refuse to write.
std::string field(int number, const std::string& bytes) {
  REQUIRE(bytes.size() < 128);
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string connect(const std::function<void(chat::Connect&)>& change = {}) {
  chat::Connect request;
  request.mutable_user()->set_id("alice");
  if (change) change(request);
  return request.SerializeAsString();
}

std::string publish(const std::function<void(chat::Message&)>& change = {}) {
  chat::Message request;
  request.set_id("alice");
  if (change) change(request);
  return request.SerializeAsString();
}

template <class Request>
std::string refusal(const sdk::Result<Request>& parsed) {
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == sdk::Code::invalid_argument);
  CHECK_FALSE(parsed.error().retryable);
  return parsed.error().text;
}
std::string connect_refusal(const std::string& bytes) { return refusal(parse_connect(bytes, limits)); }
std::vector<std::string> names(const ConnectRequest& request) {
  std::vector<std::string> all;
  for (const auto& room : request.rooms) all.push_back(room.name);
  return all;
}
std::string publish_refusal(const std::string& bytes) { return refusal(parse_publish(bytes, limits)); }

}  // namespace

TEST_CASE("an old client's Connect asks for the lobby, without notices") {
  const auto request = parse_connect(connect([](auto& c) {
                                       c.mutable_user()->set_name("User-alice");
                                       c.set_active(true);
                                     }),
                                     limits);
  REQUIRE(request);
  CHECK(request->user_id == "alice");
  CHECK(request->user_name == "User-alice");
  CHECK(names(*request) == std::vector<std::string>{""});
  CHECK_FALSE(request->notices);
}

TEST_CASE("a Connect names its rooms, none twice, in order") {
  const auto request = parse_connect(connect([](auto& c) {
                                       for (const char* room : {"b", "", "b"}) c.add_rooms(room);
                                       c.set_notices(true);
                                     }),
                                     limits);
  REQUIRE(request);
  CHECK(names(*request) == std::vector<std::string>{"b", ""});
  CHECK(request->notices);
}

TEST_CASE("a Connect that says nobody is refused") {
  CHECK(connect_refusal("") == "Connect.user is missing; say who is listening");
  CHECK(connect_refusal(std::string("\x10\x01", 2)) == "Connect.user is missing; say who is listening");
  CHECK(connect_refusal(connect([](auto& c) { c.mutable_user()->clear_id(); })) == "User.id is empty; say who is speaking");
}

TEST_CASE("a Connect's limits hold at the limit and not one over") {
  const auto with_id = [](std::size_t n) { return connect([n](auto& c) { c.mutable_user()->set_id(std::string(n, 'x')); }); };
  CHECK(parse_connect(with_id(10), limits));
  CHECK(connect_refusal(with_id(11)) == "User.id has 11 bytes; the limit is 10");

  const auto with_name = [](std::size_t n) { return connect([n](auto& c) { c.mutable_user()->set_name(std::string(n, 'x')); }); };
  CHECK(parse_connect(with_name(12), limits));
  CHECK(connect_refusal(with_name(13)) == "User.name has 13 bytes; the limit is 12");

  const auto with_room = [](std::size_t n) { return connect([n](auto& c) { c.add_rooms(std::string(n, 'x')); }); };
  CHECK(parse_connect(with_room(6), limits));
  CHECK(connect_refusal(with_room(7)) == "Connect.rooms has 7 bytes; the limit is 6");

  const auto with_rooms = [](int n) {
    return connect([n](auto& c) {
      for (int i = 0; i < n; ++i) c.add_rooms(std::to_string(i));
    });
  };
  CHECK(parse_connect(with_rooms(3), limits));
  CHECK(connect_refusal(with_rooms(4)) == "Connect.rooms names 4 rooms; the limit is 3");
}

TEST_CASE("a room's name has no control characters") {
  for (const char* room : {"a\nb", "\x1b[0m", "\x7f", "\u0085"}) {
    CAPTURE(room);
    CHECK(connect_refusal(connect([&](auto& c) { c.add_rooms(room); })) == "Connect.rooms has a control character; leave it out");
    CHECK(publish_refusal(publish([&](auto& m) { m.set_room(room); })) == "Message.room has a control character; leave it out");
  }
}

TEST_CASE("text that is not UTF-8 is refused by its field") {
  const std::string bad =
      "ab\xff"
      "d";
  const std::string user = field(1, "alice");
  CHECK(connect_refusal(field(1, field(1, bad))) == "User.id is not UTF-8 (byte 2 of 4)");
  CHECK(connect_refusal(field(1, user + field(2, bad))) == "User.name is not UTF-8 (byte 2 of 4)");
  CHECK(connect_refusal(field(1, user) + field(4, "fine") + field(4, bad)) == "Connect.rooms is not UTF-8 (byte 2 of 4)");

  CHECK(publish_refusal(field(1, bad)) == "Message.id is not UTF-8 (byte 2 of 4)");
  CHECK(publish_refusal(field(1, "alice") + field(2, bad)) == "Message.content is not UTF-8 (byte 2 of 4)");
  CHECK(publish_refusal(field(1, "alice") + field(4, bad)) == "Message.room is not UTF-8 (byte 2 of 4)");
  CHECK(publish_refusal(field(1, "alice") + field(5, bad)) == "Message.message_id is not UTF-8 (byte 2 of 4)");
}

TEST_CASE("bytes that are no request are refused by the request's name") {
  CHECK(connect_refusal("\x0a\x7f") == "the request is not a chat.Connect (2 bytes)");
  CHECK(connect_refusal(field(1, "\x0a\x7f")) == "the request is not a chat.Connect (4 bytes)");
  CHECK(publish_refusal("hello") == "the request is not a chat.Message (5 bytes)");
  CHECK(publish_refusal(field(3, "\x08")) == "the request is not a chat.Message (3 bytes)");
}

TEST_CASE("fields that are not ours are passed over") {
  CHECK(parse_connect(connect() + field(15, "\xff"), limits));
  CHECK(parse_publish(publish() + field(15, "\xff"), limits));
}

TEST_CASE("an old client's publish is a lobby message at its own time") {
  const auto request = parse_publish(publish([](auto& m) {
                                       m.set_content("hello");
                                       m.mutable_timestamp()->set_seconds(-5);
                                       m.mutable_timestamp()->set_nanos(7);
                                     }),
                                     limits);
  REQUIRE(request);
  CHECK(request->sender == "alice");
  CHECK(request->content == "hello");
  CHECK(request->timestamp == Timestamp{-5, 7});
  CHECK(request->room.empty());
  CHECK(request->message_id.empty());
}

TEST_CASE("a publish may have no content, no time, a room and an id") {
  const auto request = parse_publish(publish([](auto& m) {
                                       m.set_room("방");
                                       m.set_message_id("m-1");
                                     }),
                                     limits);
  REQUIRE(request);
  CHECK(request->content.empty());
  CHECK_FALSE(request->timestamp);
  CHECK(request->room == "방");
  CHECK(request->message_id == "m-1");
}

TEST_CASE("a publish of nobody is refused") {
  CHECK(publish_refusal("") == "Message.id is empty; say who is speaking");
  CHECK(publish_refusal(publish([](auto& m) { m.clear_id(), m.set_content("x"); })) ==
        "Message.id is empty; say who is speaking");
}

TEST_CASE("a publish's limits hold at the limit and not one over") {
  const auto with = [](void (chat::Message::*set)(std::string&&), std::size_t n) {
    return publish([&](auto& m) { (m.*set)(std::string(n, 'x')); });
  };
  CHECK(parse_publish(with(&chat::Message::set_id<std::string>, 10), limits));
  CHECK(publish_refusal(with(&chat::Message::set_id<std::string>, 11)) == "Message.id has 11 bytes; the limit is 10");
  CHECK(parse_publish(with(&chat::Message::set_content<std::string>, 20), limits));
  CHECK(publish_refusal(with(&chat::Message::set_content<std::string>, 21)) == "Message.content has 21 bytes; the limit is 20");
  CHECK(parse_publish(with(&chat::Message::set_message_id<std::string>, 8), limits));
  CHECK(publish_refusal(with(&chat::Message::set_message_id<std::string>, 9)) ==
        "Message.message_id has 9 bytes; the limit is 8");
  CHECK(parse_publish(with(&chat::Message::set_room<std::string>, 6), limits));
  CHECK(publish_refusal(with(&chat::Message::set_room<std::string>, 7)) == "Message.room has 7 bytes; the limit is 6");
}

TEST_CASE("a publish's time lies in the years that can be written") {
  const auto at = [](std::int64_t seconds, std::int32_t nanos) {
    return publish([&](auto& m) {
      m.mutable_timestamp()->set_seconds(seconds);
      m.mutable_timestamp()->set_nanos(nanos);
    });
  };
  CHECK(parse_publish(at(-62'135'596'800, 0), limits)->timestamp == Timestamp{-62'135'596'800, 0});
  CHECK(parse_publish(at(253'402'300'799, 999'999'999), limits)->timestamp == Timestamp{253'402'300'799, 999'999'999});
  CHECK(parse_publish(publish([](auto& m) { m.mutable_timestamp(); }), limits)->timestamp == Timestamp{0, 0});
  CHECK(publish_refusal(at(-62'135'596'801, 0)) == "Message.timestamp (-62135596801 s, 0 ns) is outside the years 0001 to 9999");
  CHECK(publish_refusal(at(253'402'300'800, 0)) == "Message.timestamp (253402300800 s, 0 ns) is outside the years 0001 to 9999");
  CHECK(publish_refusal(at(0, -1)) == "Message.timestamp has -1 ns; it takes 0 to 999999999");
  CHECK(publish_refusal(at(0, 1'000'000'000)) == "Message.timestamp has 1000000000 ns; it takes 0 to 999999999");
}

TEST_CASE("a Connect that resumes names its tokens, and joins the rooms that only they name") {
  const auto request = parse_connect(connect([](auto& c) {
                                       c.add_rooms("b");
                                       c.set_history(7);
                                       for (const char* room : {"", "b"}) {
                                         auto& resume = *c.add_resume();
                                         resume.set_room(room);
                                         resume.set_token(std::string("token of ") + room);
                                       }
                                     }),
                                     limits);
  REQUIRE(request);
  REQUIRE(names(*request) == std::vector<std::string>{"b", ""});
  CHECK(request->rooms[0].token == "token of b");
  CHECK(request->rooms[1].token == "token of ");
  CHECK(request->history == 7);
}

TEST_CASE("a Connect that resumes wrongly is refused") {
  const auto resumes = [](std::vector<std::pair<std::string, std::string>> all) {
    return connect([&all](auto& c) {
      for (const auto& [room, token] : all) {
        auto& resume = *c.add_resume();
        resume.set_room(room);
        resume.set_token(token);
      }
    });
  };
  CHECK(connect_refusal(resumes({{"a", ""}})) ==
        "Connect.resume has no token for room \"a\"; leave it out to begin with what is live");
  CHECK(connect_refusal(resumes({{"a", "t"}, {"a", "t"}})) == "Connect.resume names room \"a\" more than once; name it once");
  CHECK(connect_refusal(resumes({{"1234567", "t"}})) == "Connect.resume.room has 7 bytes; the limit is 6");
  std::vector<std::pair<std::string, std::string>> many;
  for (std::size_t i = 0; i <= limits.rooms_per_stream; ++i) many.emplace_back(std::to_string(i), "t");
  CHECK(connect_refusal(resumes(many)) == "Connect.rooms and Connect.resume name " + std::to_string(many.size()) +
                                              " rooms; the limit is " + std::to_string(limits.rooms_per_stream));
  CHECK(connect_refusal(connect([](auto& c) { c.set_history(1'001); })) ==
        "Connect.history asks for 1001 messages; the limit is 1000 (limits.history_messages)");
}

TEST_CASE("a HistoryRequest asks for the newest, or for what lies at a place") {
  chat::HistoryRequest asked;
  auto request = parse_history(asked.SerializeAsString(), limits);
  REQUIRE(request);
  CHECK(request->place == HistoryRequest::Place::newest);
  CHECK(request->limit == 50);
  asked.set_limit(3);
  asked.set_room("a");
  asked.set_before("token");
  request = parse_history(asked.SerializeAsString(), limits);
  REQUIRE(request);
  CHECK(request->place == HistoryRequest::Place::before);
  CHECK(request->token == "token");
  CHECK(request->limit == 3);
  CHECK(request->room == "a");
  asked.set_after("other");
  CHECK(parse_history(asked.SerializeAsString(), limits)->place == HistoryRequest::Place::after);
  asked.mutable_since()->set_seconds(5);
  request = parse_history(asked.SerializeAsString(), limits);
  REQUIRE(request);
  CHECK(request->place == HistoryRequest::Place::since);
  CHECK(request->since == Timestamp{5, 0});
}

TEST_CASE("a wrong HistoryRequest is refused") {
  const auto refused = [](auto change) {
    chat::HistoryRequest asked;
    change(asked);
    return refusal(parse_history(asked.SerializeAsString(), limits));
  };
  CHECK(refused([](auto& a) { a.set_limit(1'001); }) ==
        "HistoryRequest.limit is 1001; it takes 0 to 1000 (limits.history_messages)");
  CHECK(refused([](auto& a) { a.set_room("1234567"); }) == "HistoryRequest.room has 7 bytes; the limit is 6");
  CHECK(refused([](auto& a) { a.mutable_since()->set_nanos(-1); }) ==
        "HistoryRequest.since (0 s, -1 ns) is no time in the years 0001 to 9999");
  CHECK(refusal(parse_history("\xff", limits)) == "the request is not a chat.HistoryRequest (1 bytes)");
}

TEST_CASE("a RefreshRequest names a stream") {
  chat::RefreshRequest asked;
  asked.set_stream("host/7");
  REQUIRE(parse_refresh(asked.SerializeAsString()));
  CHECK(parse_refresh(asked.SerializeAsString())->stream == "host/7");
  CHECK(parse_refresh("")->stream.empty());
  CHECK(refusal(parse_refresh("\x0a\x02"
                              "a\xff")) == "RefreshRequest.stream is not UTF-8 (byte 1 of 2)");
  CHECK(refusal(parse_refresh("\xff")) == "the request is not a chat.RefreshRequest (1 bytes)");
}
