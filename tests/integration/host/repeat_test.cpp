// Publishing again, and publishing too much.
#include <algorithm>
#include <atomic>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

chat::Message with_id(const std::string& user, const std::string& content, const std::string& id, const std::string& room = {}) {
  auto said = message(user, content, room);
  said.set_message_id(id);
  return said;
}

}  // namespace

TEST_CASE("a message that is published again with its id is delivered once, and answered with where it lay first") {
  HostProcess host;
  Chatter chatter(host.address());
  const std::string room = GENERATE("", "red");
  CAPTURE(room);
  Listener alice(host.address(), hello("alice", {room}));
  chat::Close first, again, other;
  REQUIRE(chatter.publish(with_id("bob", "once", "id-1", room), &first).ok());
  REQUIRE(chatter.publish(with_id("bob", "once", "id-1", room), &again).ok());
  REQUIRE(chatter.publish(with_id("carol", "mine", "id-1", room), &other).ok());
  CHECK(again.message_id() == "id-1");
  CHECK(again.position().offset() == first.position().offset());
  CHECK(again.position().partition() == first.position().partition());
  chatter.say("bob", "end", room);
  CHECK(alice.wait_for_contents(3) == std::vector<std::string>{"once", "mine", "end"});
}

TEST_CASE("without a window each publish is a message of its own") {
  HostProcess host({.set = {"broker.repeat_window_ms=0"}});
  Chatter chatter(host.address());
  Listener alice(host.address(), hello("alice"));
  for (int i = 0; i < 2; ++i) REQUIRE(chatter.publish(with_id("bob", "twice", "id-1")).ok());
  CHECK(alice.wait_for_contents(2) == std::vector<std::string>{"twice", "twice"});
}

TEST_CASE("one user's publishes in flight are bounded, the refusal says when to try again, and others are not concerned") {
  HostProcess host({.set = {"limits.publishes_in_flight_per_user=2", "plugins.memory.inject_latency_ms=300"}});
  Chatter chatter(host.address());
  struct Call {
    grpc::ClientContext context;
    chat::Close close;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>> reader;
  };
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 6; ++i) {
    auto& call = *calls.emplace_back(std::make_unique<Call>());
    call.context.set_deadline(std::chrono::system_clock::now() + patience);
    call.reader =
        chatter.stub().AsyncBroadcastMessage(&call.context, message(i == 5 ? "bob" : "alice", std::to_string(i)), &queue);
    call.reader->Finish(&call.close, &call.status, &call);
  }
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t i = 0; i < calls.size(); ++i) REQUIRE(queue.Next(&tag, &ok));
  CHECK(calls[5]->status.ok());
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    const auto& call = *calls[static_cast<std::size_t>(i)];
    answered += call.status.ok();
    if (call.status.ok()) continue;
    CHECK(call.status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
    CHECK(call.status.error_message() ==
          "\"alice\" has 2 publishes in flight here (limits.publishes_in_flight_per_user); try again");
    const auto& trailing = call.context.GetServerTrailingMetadata();
    const auto pushback = trailing.find("grpc-retry-pushback-ms");
    REQUIRE(pushback != trailing.end());
    CHECK(std::stoi(std::string(pushback->second.data(), pushback->second.size())) > 0);
  }
  CHECK(answered >= 2);
  CHECK(answered < 5);
  CHECK(chatter.publish(message("alice", "later")).ok());  // what was answered makes room
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) continue;
}
