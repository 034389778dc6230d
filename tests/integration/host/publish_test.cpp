// Publishing: order, limits, and what happens when the broker is slow or refuses.
#include <map>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;

TEST_CASE("pipelined publishes of one sender arrive in the order they were sent") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  constexpr int senders = 4;
  constexpr int each = 300;
  struct Call {
    grpc::ClientContext context;
    chat::Close close;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>> reader;
  };
  std::vector<std::unique_ptr<chat::Broadcast::Stub>> stubs;
  for (int sender = 0; sender < senders; ++sender) {
    const auto channel = connect(host.address());
    // Calls that wait for a connection leave gRPC's client in no order.
    REQUIRE(channel->WaitForConnected(std::chrono::system_clock::now() + patience));
    stubs.push_back(chat::Broadcast::NewStub(channel));
  }
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < each; ++i) {  // nothing waits for an answer
    for (int sender = 0; sender < senders; ++sender) {
      auto& call = *calls.emplace_back(std::make_unique<Call>());
      call.context.set_deadline(std::chrono::system_clock::now() + patience);
      call.reader = stubs[static_cast<std::size_t>(sender)]->AsyncBroadcastMessage(
          &call.context, message("sender" + std::to_string(sender), std::to_string(i)), &queue);
      call.reader->Finish(&call.close, &call.status, &call);
    }
  }
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t i = 0; i < calls.size(); ++i) REQUIRE(queue.Next(&tag, &ok));
  for (const auto& call : calls) REQUIRE(call->status.ok());
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  const auto messages = alice.wait_for(senders * each);
  REQUIRE(messages.size() == senders * each);
  std::map<std::string, int> next;
  for (const auto& message : messages) {
    INFO(message.id());
    REQUIRE(message.content() == std::to_string(next[message.id()]++));
  }
}

TEST_CASE("a full host refuses publishes with RESOURCE_EXHAUSTED and answers those it took") {
  HostProcess host({.set = {"limits.publishes_in_flight=2", "plugins.memory.inject_latency_ms=300"}});
  Chatter chatter(host.address());
  constexpr int count = 6;
  grpc::CompletionQueue queue;
  struct Call {
    grpc::ClientContext context;
    chat::Close close;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>> reader;
  };
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < count; ++i) {
    auto& call = *calls.emplace_back(std::make_unique<Call>());
    call.context.set_deadline(std::chrono::system_clock::now() + patience);
    call.reader = chatter.stub().AsyncBroadcastMessage(&call.context, message("alice", std::to_string(i)), &queue);
    call.reader->Finish(&call.close, &call.status, &call);
  }
  void* tag = nullptr;
  bool ok = false;
  int answered = 0, refused = 0;
  for (int i = 0; i < count; ++i) {
    REQUIRE(queue.Next(&tag, &ok));
    const auto& status = static_cast<Call*>(tag)->status;
    answered += status.ok();
    if (status.ok()) continue;
    ++refused;
    CHECK(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
    CHECK(status.error_message().find("limits.publishes_in_flight") != std::string::npos);
  }
  CHECK(answered == 2);
  CHECK(refused == 4);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  chatter.say("alice", "there is room again");
}

TEST_CASE("a publish that the broker refuses is answered with the broker's error, and is not delivered") {
  HostProcess host({.set = {"plugins.memory.inject_failure_every=2"}});
  Listener alice(host.address(), hello("alice", {"red"}));
  Chatter chatter(host.address());
  std::vector<std::string> taken;
  int failed = 0;
  for (int i = 0; i < 10; ++i) {
    const auto status = chatter.publish(message("bob", std::to_string(i), "red"));
    if (status.ok()) {
      taken.push_back(std::to_string(i));
    } else {
      ++failed;
      CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
    }
  }
  CHECK(failed > 0);
  CHECK(alice.wait_for_contents(taken.size()) == taken);
}

TEST_CASE("a publish is answered only when the broker has it") {
  HostProcess host({.set = {"plugins.memory.inject_latency_ms=100"}});
  Chatter chatter(host.address());
  grpc::ClientContext impatient;
  impatient.set_deadline(std::chrono::system_clock::now() + 20ms);
  chat::Close close;
  CHECK(chatter.stub().BroadcastMessage(&impatient, message("alice", "x"), &close).error_code() ==
        grpc::StatusCode::DEADLINE_EXCEEDED);
  chatter.say("alice", "the host took no harm from the caller that went away");
}
