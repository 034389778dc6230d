// Bad requests: each has its own status and text, and the host goes on.
#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

grpc::Status stream_status(const HostProcess& host, const chat::Connect& connect) {
  Listener listener(host.address(), connect);
  return listener.wait_end();
}

grpc::Status raw(const HostProcess& host, const std::string& method, const std::string& bytes) {
  return raw_call(host.address(), method, bytes).status;
}

std::string field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
}

}  // namespace

TEST_CASE("a bad stream request is INVALID_ARGUMENT with its reason, and the host lives") {
  HostProcess host;
  const auto refused = [&](const chat::Connect& connect, const std::string& text) {
    const auto status = stream_status(host, connect);
    CHECK(status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(status.error_message() == text);
  };
  refused({}, "Connect.user is missing; say who is listening");
  refused(hello(""), "User.id is empty; say who is speaking");
  refused(hello(std::string(257, 'i')), "User.id has 257 bytes; the limit is 256");
  refused(hello("alice", {std::string(129, 'r')}), "Connect.rooms has 129 bytes; the limit is 128");
  refused(hello("alice", {"red\nblue"}), "Connect.rooms has a control character; leave it out");
  refused(hello("alice", {"red\x7f"}), "Connect.rooms has a control character; leave it out");
  refused(hello("alice", {"red\u0085"}), "Connect.rooms has a control character; leave it out");
  std::vector<std::string> many;
  for (int i = 0; i < 65; ++i) many.push_back(std::to_string(i));
  refused(hello("alice", many), "Connect.rooms names 65 rooms; the limit is 64");
  Listener alice(host.address(), hello("alice"));
  Chatter(host.address()).say("bob", "alive");
  CHECK(alice.wait_for_contents(1).size() == 1);
}

TEST_CASE("a bad publish is INVALID_ARGUMENT with its reason, and the host lives") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  const auto refused = [&](const chat::Message& message, const std::string& text) {
    const auto status = chatter.publish(message);
    CHECK(status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(status.error_message() == text);
  };
  refused(message("", "x"), "Message.id is empty; say who is speaking");
  refused(message("alice", std::string(65'537, 'x')), "Message.content has 65537 bytes; the limit is 65536");
  refused(message("alice", std::string(3'000'000, 'x')), "Message.content has 3000000 bytes; the limit is 65536");
  refused(message("alice", "x", std::string(129, 'r')), "Message.room has 129 bytes; the limit is 128");
  refused(message("alice", "x", "a\x01"), "Message.room has a control character; leave it out");
  auto dated = message("alice", "x");
  dated.mutable_timestamp()->set_seconds(253'402'300'800);
  refused(dated, "Message.timestamp (253402300800 s, 0 ns) is outside the years 0001 to 9999");
  CHECK(chatter.publish(message("alice", std::string(65'536, 'x'))).ok());
  CHECK(alice.wait_for(1).size() == 1);
  CHECK(alice.received() == 1);
}

TEST_CASE("text that is not UTF-8 is INVALID_ARGUMENT and names the field") {
  HostProcess host;
  const std::string publish = "/chat.Broadcast/BroadcastMessage";
  const std::string stream = "/chat.Broadcast/CreateStream";
  const std::string bad = "a\xff";
  const auto refused = [&](const std::string& method, const std::string& bytes, const std::string& text) {
    const auto status = raw(host, method, bytes);
    CHECK(status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(status.error_message() == text);
  };
  refused(publish, field(1, bad), "Message.id is not UTF-8 (byte 1 of 2)");
  refused(publish, field(1, "alice") + field(2, bad), "Message.content is not UTF-8 (byte 1 of 2)");
  refused(publish, field(1, "alice") + field(4, bad), "Message.room is not UTF-8 (byte 1 of 2)");
  refused(publish, field(1, "alice") + field(5, bad), "Message.message_id is not UTF-8 (byte 1 of 2)");
  refused(stream, field(1, field(1, bad)), "User.id is not UTF-8 (byte 1 of 2)");
  refused(stream, field(1, field(1, "alice") + field(2, bad)), "User.name is not UTF-8 (byte 1 of 2)");
  refused(stream, field(1, field(1, "alice")) + field(4, bad), "Connect.rooms is not UTF-8 (byte 1 of 2)");
  refused(publish, "garbage", "the request is not a chat.Message (7 bytes)");
  refused(stream, "\xff\xff\xff", "the request is not a chat.Connect (3 bytes)");
  Chatter(host.address()).say("bob", "alive");
}

TEST_CASE("an unknown method is UNIMPLEMENTED") {
  HostProcess host;
  CHECK(raw(host, "/chat.Broadcast/Nothing", "").error_code() == StatusCode::UNIMPLEMENTED);
}
