// What people do: chat.

#include <algorithm>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using Texts = std::vector<std::string>;

TEST_CASE("two people chat in the lobby, and each sees the own messages too") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  Listener bob(host.address(), hello("bob"));
  Chatter chatter(host.address());
  chatter.say("alice", "hello");
  chatter.say("bob", "hi, alice");
  for (auto* listener : {&alice, &bob}) {
    const auto messages = listener->wait_for(2);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].id() == "alice");
    CHECK(messages[0].content() == "hello");
    CHECK(messages[0].room().empty());
    CHECK(messages[0].kind() == chat::Message::MESSAGE);
    CHECK(messages[1].id() == "bob");
    CHECK(messages[1].content() == "hi, alice");
  }
}

TEST_CASE("a stream is live from its initial metadata on") {
  HostProcess host;
  Chatter chatter(host.address());
  Listener early(host.address(), hello("early"));
  chatter.say("alice", "before");
  REQUIRE(early.wait_for_count(1));  // answered is not yet delivered
  for (int i = 0; i < 20; ++i) {
    REQUIRE(early.wait_for_count(1 + static_cast<std::size_t>(i)));
    Listener bob(host.address(), hello("bob"));
    chatter.say("alice", "after " + std::to_string(i));
    REQUIRE(bob.wait_for_contents(1) == Texts{"after " + std::to_string(i)});
  }
}

TEST_CASE("a room's messages go to its members and to nobody else") {
  HostProcess host;
  Listener lobby(host.address(), hello("alice"));
  Listener red(host.address(), hello("bob", {"red"}));
  Listener both(host.address(), hello("carol", {"red", ""}));
  Chatter chatter(host.address());
  chatter.say("dave", "for red", "red");
  chatter.say("dave", "for blue", "blue");
  const auto close = chatter.say("dave", "for all");
  chatter.say("dave", "red again", "red");
  CHECK(lobby.wait_for_contents(1) == Texts{"for all"});
  CHECK(red.wait_for_contents(2) == Texts{"for red", "red again"});
  CHECK(red.wait_for(1).at(0).room() == "red");
  auto seen = both.wait_for_contents(3);
  std::ranges::sort(seen);  // the order between rooms is not promised
  CHECK(seen == Texts{"for all", "for red", "red again"});
  CHECK(lobby.received() == 1);
}

TEST_CASE("notices go only to streams that asked for them") {
  HostProcess host;
  Listener plain(host.address(), hello("alice", {"", "red"}));
  auto asking = hello("bob", {"", "red"});
  asking.set_notices(true);
  Listener asked(host.address(), asking);
  Chatter chatter(host.address());
  chatter.say("carol", "first");
  CHECK(plain.wait_for(1).at(0).kind() == chat::Message::MESSAGE);
  const auto frames = asked.wait_for(3);
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].kind() == chat::Message::SUBSCRIBED);
  CHECK(frames[0].room().empty());
  CHECK(frames[1].kind() == chat::Message::SUBSCRIBED);
  CHECK(frames[1].room() == "red");
  CHECK(frames[2].content() == "first");
}

TEST_CASE("a stream's end removes that stream, not its user") {
  HostProcess host;
  Listener phone(host.address(), hello("alice"));
  auto laptop = std::make_unique<Listener>(host.address(), hello("alice"));
  Listener tablet(host.address(), hello("alice"));
  Chatter chatter(host.address());
  chatter.say("bob", "one");
  CHECK(laptop->wait_for_contents(1) == Texts{"one"});
  laptop.reset();
  chatter.say("bob", "two");
  CHECK(phone.wait_for_contents(2) == Texts{"one", "two"});
  CHECK(tablet.wait_for_contents(2) == Texts{"one", "two"});
}

TEST_CASE("the answer to a publish carries its id and its position") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  auto chosen = message("bob", "with an id");
  chosen.set_message_id("my-id-1");
  chat::Close close;
  REQUIRE(chatter.publish(chosen, &close).ok());
  CHECK(close.message_id() == "my-id-1");
  CHECK(close.position().topic() == "chatting");
  CHECK(close.position().offset() == 0);
  const auto second = chatter.say("bob", "without", "red");
  CHECK_FALSE(second.message_id().empty());
  CHECK(second.position().topic() == "chat-rooms");
  const auto third = chatter.say("bob", "third");
  CHECK(third.position().offset() == 1);
  const auto messages = alice.wait_for(2);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].message_id() == "my-id-1");
  CHECK_FALSE(messages[0].position().empty());
  CHECK(messages[1].message_id() == third.message_id());
  CHECK(messages[1].position() != messages[0].position());
}

TEST_CASE("a given time is kept to the nanosecond, a missing one is filled in") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  auto dated = message("bob", "dated");
  dated.mutable_timestamp()->set_seconds(1'795'353'783);
  dated.mutable_timestamp()->set_nanos(123'456'789);
  REQUIRE(chatter.publish(dated).ok());
  const auto before = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  chatter.say("bob", "undated");
  const auto messages = alice.wait_for(2);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].timestamp().seconds() == 1'795'353'783);
  CHECK(messages[0].timestamp().nanos() == 123'456'789);
  CHECK(messages[1].timestamp().seconds() >= before);
}

TEST_CASE("text arrives as it was sent, whatever it holds") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  const Texts texts{"",           "\"quotes\" and \\",      "<b>&amp;</b>", "tab\tline\nend\r", std::string("nul\0byte", 8),
                    "안녕하세요", "😀👩‍👩‍👧", "\u2028\u2029", "\x7f\u0080",       std::string(65'536, 'x')};
  for (const auto& text : texts) chatter.say("zoë", text);
  CHECK(alice.wait_for_contents(texts.size()) == texts);
}

TEST_CASE("health says SERVING for the server and for chat.Broadcast, and reflection lists the service") {
  HostProcess host;
  const auto channel = connect(host.address());
  // The two services without their generated code: the health answer's field 1 is the status, 1 = SERVING.
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  for (const std::string service : {"", "chat.Broadcast"}) {
    const std::string request = service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
    const auto answer = raw_call(host.address(), "/grpc.health.v1.Health/Check", request);
    CHECK(answer.status.ok());
    CHECK(std::vector<int>(answer.bytes.begin(), answer.bytes.end()) == std::vector<int>{8, 1});
  }
  const grpc::internal::RpcMethod reflection("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                             grpc::internal::RpcMethod::BIDI_STREAMING);
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(channel.get(), reflection, &context));
  const grpc::Slice list(std::string("\x3a\x01*", 3));  // list_services = "*"
  REQUIRE(stream->Write(grpc::ByteBuffer(&list, 1)));
  grpc::ByteBuffer response;
  REQUIRE(stream->Read(&response));
  grpc::Slice answer;
  REQUIRE(response.DumpToSingleSlice(&answer).ok());
  CHECK(std::string(answer.begin(), answer.end()).find("chat.Broadcast") != std::string::npos);
}
