#include "host/wire/frame.hpp"

#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "chat.pb.h"

using namespace chatd;
using namespace chatd::wire;

namespace {

// Writes what was measured, and proves that it stays within.
std::string written(const FrameEncoder& encoder, std::size_t size) {
  std::vector<std::uint8_t> bytes(size + 1, 0xa5);
  encoder.write(bytes.data());
  CHECK(bytes.back() == 0xa5);
  return {bytes.begin(), bytes.end() - 1};
}

chat::Message parsed(const std::string& bytes) {
  chat::Message message;
  REQUIRE(message.ParseFromString(bytes));
  CHECK(message.GetReflection()->GetUnknownFields(message).empty());
  return message;
}

}  // namespace

TEST_CASE("a message's frame is a chat.Message") {
  FrameEncoder encoder;
  const std::string position("\0\xff\x01", 3);
  const std::size_t size = encoder.measure({"zoë", "hi 😀", {-1, 999'999'999}, "room", "id-1"}, position);
  const auto message = parsed(written(encoder, size));
  CHECK(message.id() == "zoë");
  CHECK(message.content() == "hi 😀");
  CHECK(message.timestamp().seconds() == -1);
  CHECK(message.timestamp().nanos() == 999'999'999);
  CHECK(message.room() == "room");
  CHECK(message.message_id() == "id-1");
  CHECK(message.position() == position);
  CHECK(message.kind() == chat::Message::MESSAGE);
}

TEST_CASE("a lobby message without content has only what it needs") {
  FrameEncoder encoder;
  const auto bytes = written(encoder, encoder.measure({"a", "", {0, 0}, {}, {}}, {}));
  CHECK(bytes == std::string("\x0a\x01"
                             "a\x1a\x00",
                             5));  // id, and an empty timestamp that is there
  CHECK(parsed(bytes).has_timestamp());
}

TEST_CASE("a notice says what it has to say and nothing of the frame before it") {
  FrameEncoder encoder;
  // After a message: nothing of it may be left.
  (void)encoder.measure({"a", "content", {5, 6}, "other", "id"}, "position");
  auto notice = parsed(written(
      encoder, encoder.measure(Notice{
                   .kind = Notice::Kind::subscribed, .room = "room", .position = "token", .recovered = true, .loss = {}})));
  CHECK(notice.kind() == chat::Message::SUBSCRIBED);
  CHECK(notice.room() == "room");
  CHECK(notice.id().empty());
  CHECK(notice.content().empty());
  CHECK_FALSE(notice.has_timestamp());
  CHECK(notice.message_id().empty());
  CHECK(notice.position() == "token");
  CHECK(notice.recovered());
  CHECK_FALSE(notice.has_loss());

  const Loss loss{Loss::Reason::too_slow, 12, Timestamp{5, 6}};
  notice = parsed(written(
      encoder, encoder.measure(Notice{.kind = Notice::Kind::gap, .room = {}, .position = {}, .recovered = false, .loss = loss})));
  CHECK(notice.kind() == chat::Message::GAP);
  CHECK(notice.room().empty());
  CHECK_FALSE(notice.recovered());
  CHECK(notice.loss().reason() == chat::Loss::TOO_SLOW);
  CHECK(notice.loss().messages() == 12);
  CHECK(notice.loss().since().seconds() == 5);
  CHECK(notice.loss().since().nanos() == 6);

  const auto message = parsed(written(encoder, encoder.measure({"a", "b", {1, 0}, {}, {}}, {})));
  CHECK(message.kind() == chat::Message::MESSAGE);
  CHECK(message.room().empty());
}

TEST_CASE("a frame gets another position by what is appended to it") {
  FrameEncoder encoder;
  auto bytes = written(encoder, encoder.measure({"a", "content", {5, 6}, "room", "id"}, "old position"));
  const auto before = parsed(bytes);
  auto after = parsed(bytes + encode_position("new"));
  CHECK(before.position() == "old position");
  CHECK(after.position() == "new");
  after.set_position(before.position());
  CHECK(after.SerializeAsString() == before.SerializeAsString());
}

TEST_CASE("what History answers holds its messages as they were encoded") {
  FrameEncoder encoder;
  const auto first = written(encoder, encoder.measure({"a", "one", {5, 6}, "room", "id"}, "p1"));
  const auto second = written(encoder, encoder.measure({"b", std::string(300, 'x'), {7, 0}, "room", "id2"}, "p2"));
  const std::vector<std::string_view> messages{first, second};
  chat::HistoryReply reply;
  REQUIRE(reply.ParseFromString(encode_history({messages, "before", "after", false, Timestamp{9, 1}})));
  REQUIRE(reply.messages_size() == 2);
  CHECK(reply.messages(0).SerializeAsString() == first);
  CHECK(reply.messages(1).content() == std::string(300, 'x'));
  CHECK(reply.earlier() == "before");
  CHECK(reply.later() == "after");
  CHECK_FALSE(reply.complete());
  CHECK(reply.looked_to().seconds() == 9);
  REQUIRE(reply.ParseFromString(encode_history({})));
  CHECK(reply.messages_size() == 0);
  CHECK(reply.complete());
  CHECK_FALSE(reply.has_looked_to());
}

TEST_CASE("a large frame is measured and written whole") {
  FrameEncoder encoder;
  const std::string content(3'000'000, 'x');
  const std::size_t size = encoder.measure({"a", content, {1, 2}, {}, {}}, {});
  CHECK(parsed(written(encoder, size)).content() == content);
}

TEST_CASE("a publish's answer is a chat.Close") {
  chat::Close close;
  REQUIRE(close.ParseFromString(encode_close("id-1", "chatting", {3, std::numeric_limits<std::int64_t>::max()})));
  CHECK(close.message_id() == "id-1");
  CHECK(close.position().topic() == "chatting");
  CHECK(close.position().partition() == 3);
  CHECK(close.position().offset() == std::numeric_limits<std::int64_t>::max());

  REQUIRE(close.ParseFromString(encode_close("", "t", {0, 0})));
  CHECK(close.has_position());
  CHECK(close.position().offset() == 0);

  REQUIRE(close.ParseFromString(encode_close("id-2", "chatting", {3, -1})));
  CHECK(close.message_id() == "id-2");
  CHECK_FALSE(close.has_position());
}
