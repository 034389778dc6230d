// Stopping: SIGTERM and SIGINT end the host in order.
#include <csignal>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

TEST_CASE("SIGTERM ends streams with UNAVAILABLE and the host with 0") {
  for (const int number : {SIGTERM, SIGINT}) {
    HostProcess host;
    Listener alice(host.address(), hello("alice"));
    Listener bob(host.address(), hello("bob", {"red"}));
    host.signal(number);
    for (auto* listener : {&alice, &bob}) {
      const auto status = listener->wait_end();
      CHECK(status.error_code() == StatusCode::UNAVAILABLE);
      CHECK(status.error_message() == "this server is shutting down; connect again");
    }
    CHECK(host.wait() == 0);
  }
}

TEST_CASE("what was answered OK before SIGTERM is delivered before the stream ends") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  constexpr std::size_t count = 500;
  for (std::size_t i = 0; i < count; ++i) chatter.say("bob", std::to_string(i));
  host.signal(SIGTERM);
  CHECK(alice.wait_end().error_code() == StatusCode::UNAVAILABLE);
  CHECK(alice.received() == count);
  CHECK(host.wait() == 0);
}

TEST_CASE("publishes in flight at SIGTERM are answered, and delivered") {
  HostProcess host({.set = {"plugins.memory.inject_latency_ms=300"}});
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  chat::Close close;
  grpc::Status status;
  const auto call = chatter.stub().AsyncBroadcastMessage(&context, message("bob", "in flight"), &queue);
  call->Finish(&close, &status, nullptr);
  CHECK(alice.wait_for_contents(1).size() <= 1);  // injected latency may delay the answer only, so this orders nothing by itself
  host.signal(SIGTERM);
  void* tag = nullptr;
  bool ok = false;
  REQUIRE(queue.Next(&tag, &ok));
  CHECK(status.ok());
  CHECK(alice.wait_end().error_code() == StatusCode::UNAVAILABLE);
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"in flight"});
  CHECK(host.wait() == 0);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST_CASE("a stream that does not read is cut at the drain deadline, and the host still ends with 0") {
  HostProcess host({.set = {"host.drain_deadline_ms=200"}});
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext context;
  const auto reader = stub->CreateStream(&context, hello("alice"));
  reader->WaitForInitialMetadata();
  Chatter chatter(host.address());
  for (int i = 0; i < 100; ++i) chatter.say("bob", std::string(60'000, 'x'));  // more than any window takes
  host.signal(SIGTERM);
  CHECK(host.wait() == 0);
  CHECK(host.log().find("had to be cut at the drain deadline") != std::string::npos);
}

TEST_CASE("a second signal ends the host at once") {
  HostProcess host({.set = {"host.drain_deadline_ms=60000"}});
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext context;
  const auto reader = stub->CreateStream(&context, hello("alice"));
  reader->WaitForInitialMetadata();
  Chatter chatter(host.address());
  for (int i = 0; i < 100; ++i) chatter.say("bob", std::string(60'000, 'x'));
  host.signal(SIGTERM);
  REQUIRE(eventually([&] { return host.log().find("a second one ends at once") != std::string::npos; }));
  CHECK(eventually([&] {
    host.signal(SIGTERM);  // the first that comes after the host has begun to listen for it
    return !host.alive();
  }));
  CHECK(host.wait() == 128 + SIGTERM);
}

TEST_CASE("a draining host refuses streams and publishes with UNAVAILABLE") {
  HostProcess host({.set = {"host.drain_deadline_ms=60000"}});
  const auto stuck_stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext stuck;
  const auto reader = stuck_stub->CreateStream(&stuck, hello("stuck"));
  reader->WaitForInitialMetadata();
  Chatter chatter(host.address());
  for (int i = 0; i < 100; ++i) chatter.say("bob", std::string(60'000, 'x'));
  host.signal(SIGTERM);
  CHECK(eventually([&] { return chatter.publish(message("bob", "late")).error_code() == StatusCode::UNAVAILABLE; }));
  grpc::ClientContext late;
  late.set_deadline(std::chrono::system_clock::now() + patience);
  const auto late_reader = chatter.stub().CreateStream(&late, hello("late"));
  chat::Message nothing;
  CHECK_FALSE(late_reader->Read(&nothing));
  CHECK(late_reader->Finish().error_code() == StatusCode::UNAVAILABLE);
  stuck.TryCancel();
  CHECK(host.wait() == 0);
}

TEST_CASE("a host that stops tells its streams to move, one after another, and takes publishes until they have gone") {
  HostProcess host({.set = {"host.drain_window_ms=1500"}});
  Chatter chatter(host.address());
  REQUIRE(chatter.publish(message("bob", "connects")).ok());
  std::vector<std::unique_ptr<Listener>> streams;
  for (int i = 0; i < 6; ++i) {
    auto request = hello("user" + std::to_string(i));
    request.set_notices(i % 2 == 0);
    streams.push_back(std::make_unique<Listener>(host.address(), request));
  }
  host.signal(SIGTERM);
  CHECK(eventually([&] { return host.log().find("stopping") != std::string::npos; }));
  CHECK(chatter.publish(message("bob", "meanwhile")).ok());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    CHECK(streams[i]->wait_end().error_code() == StatusCode::UNAVAILABLE);
    const auto got = streams[i]->wait_for(streams[i]->received());
    const bool told = !got.empty() && got.back().kind() == chat::Message::MOVE;
    CHECK(told == (i % 2 == 0));
  }
  CHECK(host.wait() == 0);
}
