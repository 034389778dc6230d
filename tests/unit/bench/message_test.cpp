#include "bench/message.hpp"

#include "catch.hpp"
#include "chat.pb.h"

using namespace chatd::bench;

namespace {

const Stamp stamp{4'000'000'001U, 17, 123'456, Time(std::chrono::nanoseconds(98'765'432'109'876))};

}  // namespace

TEST_CASE("bench message: what is sent is a chat.Message, and its stamp is read again") {
  PublishRequest request("speaker", "room", 128);
  (void)request.stamped({});
  chat::Message message;
  REQUIRE(message.ParseFromString(std::string(request.stamped(stamp))));
  CHECK(message.id() == "speaker");
  CHECK(message.room() == "room");
  CHECK(message.content().size() == 128);
  CHECK(message.content().starts_with("bench 4000000001 0000000017 0000123456 0000098765432109876 The quick"));
  CHECK(read_stamp(message.content()) == stamp);
}

TEST_CASE("bench message: the content is found among the other fields, wherever it stands") {
  chat::Message message;
  message.set_id("alice");
  message.set_content("hello");
  message.mutable_timestamp()->set_seconds(5);
  message.set_room("room");
  message.set_position(std::string("\0\1\2", 3));
  const std::string encoded = message.SerializeAsString();
  CHECK(content_of(encoded) == "hello");
  const std::string varint("\x28\xff\x01", 3), fixed32("\x35\0\0\0\0", 5), fixed64("\x31\0\0\0\0\0\0\0\0", 9);
  CHECK(content_of(varint + fixed32 + fixed64 + encoded) == "hello");
  for (std::size_t size = 0; size < 14; ++size) {
    INFO(size << " bytes of it");
    CHECK(content_of(std::string_view(encoded).substr(0, size)).empty());
  }
}

TEST_CASE("bench message: a request to connect is a chat.Connect") {
  chat::Connect connect;
  REQUIRE(connect.ParseFromString(connect_request("bench-1", "room")));
  CHECK(connect.user().id() == "bench-1");
  REQUIRE(connect.rooms_size() == 1);
  CHECK(connect.rooms(0) == "room");
  REQUIRE(connect.ParseFromString(connect_request("bench-1", "")));
  CHECK(connect.rooms_size() == 0);
}

TEST_CASE("bench message: a notice is read whole, and what is not there is zero") {
  chat::Message message;
  message.set_id("alice");
  message.set_content("hello");
  message.mutable_timestamp()->set_seconds(5);
  message.set_position(std::string("\0\1\2", 3));
  const auto plain = message.SerializeAsString();
  CHECK(read_notice(plain).kind == Notice::message);
  CHECK(read_notice(plain).content == "hello");
  CHECK(read_notice(plain).position == std::string_view("\0\1\2", 3));
  CHECK_FALSE(read_notice(plain).recovered);

  message.Clear();
  message.set_kind(chat::Message::SUBSCRIBED);
  message.set_recovered(true);
  CHECK(read_notice(message.SerializeAsString()).kind == Notice::subscribed);
  CHECK(read_notice(message.SerializeAsString()).recovered);

  message.Clear();
  message.set_kind(chat::Message::GAP);
  message.mutable_loss()->set_reason(chat::Loss::TOO_SLOW);
  message.mutable_loss()->set_messages(300);
  message.mutable_loss()->mutable_since()->set_seconds(7);
  const auto gap = message.SerializeAsString();
  CHECK(read_notice(gap).kind == Notice::gap);
  CHECK(read_notice(gap).left_out == 300);
  for (std::size_t size = 0; size < gap.size(); ++size) {
    INFO(size << " bytes of it");
    CHECK(read_notice(std::string_view(gap).substr(0, size)).left_out == 0);
  }
}

TEST_CASE("bench message: a request to resume is a chat.Connect, and asks for notices") {
  chat::Connect connect;
  REQUIRE(connect.ParseFromString(resume_request("bench-1", "room", "token")));
  CHECK(connect.user().id() == "bench-1");
  CHECK(connect.rooms(0) == "room");
  CHECK(connect.notices());
  REQUIRE(connect.resume_size() == 1);
  CHECK(connect.resume(0).room() == "room");
  CHECK(connect.resume(0).token() == "token");
  REQUIRE(connect.ParseFromString(resume_request("bench-1", "", "token")));
  CHECK(connect.rooms_size() == 0);
  CHECK(connect.resume(0).room().empty());
  REQUIRE(connect.ParseFromString(resume_request("bench-1", "", "")));
  CHECK(connect.resume_size() == 0);
  CHECK(connect.notices());
}

TEST_CASE("bench message: what is no stamp is none") {
  std::string text(stamp_bytes, ' ');
  write(stamp, text.data());
  CHECK(read_stamp(text) == stamp);
  CHECK_FALSE(read_stamp(std::string_view(text).substr(1)));
  CHECK_FALSE(read_stamp(std::string_view(text).substr(0, stamp_bytes - 1)));
  for (const std::size_t at : {0U, 6U, 16U, 20U, 38U, 57U, 58U}) {
    std::string other = text;
    other[at] = 'x';
    INFO("an x at " << at);
    CHECK_FALSE(read_stamp(other));
  }
  CHECK_FALSE(read_stamp("hello"));
}
