// Many streams, and slow ones among them.
#include <atomic>
#include <csignal>
#include <list>

#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

// A stream by the callback API, so that a thousand need no thousand threads: checks the order and counts.
class CountingStream final : public grpc::ClientReadReactor<chat::Message> {
 public:
  CountingStream(chat::Broadcast::Stub& stub, const std::string& user, std::atomic<std::size_t>& subscribed,
                 std::atomic<std::size_t>& received, std::atomic<std::size_t>& wrong)
      : connect_(hello(user)), subscribed_(subscribed), received_(received), wrong_(wrong) {
    stub.async()->CreateStream(&context_, &connect_, this);
    StartRead(&message_);
    StartCall();
  }
  void OnReadInitialMetadataDone(bool ok) override { subscribed_ += ok; }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (message_.content() != std::to_string(next_++)) ++wrong_;
    ++received_;
    StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override {
    const std::scoped_lock lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }
  void end() {
    context_.TryCancel();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
  }

 private:
  grpc::ClientContext context_;
  chat::Connect connect_;
  chat::Message message_;
  std::atomic<std::size_t>&subscribed_, &received_, &wrong_;
  int next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

}  // namespace

TEST_CASE("a message reaches a thousand streams, in order") {
  HostProcess host;
  constexpr std::size_t connections = 50, each = 20, messages = 20;
  std::atomic<std::size_t> subscribed = 0, received = 0, wrong = 0;
  std::vector<std::unique_ptr<chat::Broadcast::Stub>> stubs;
  std::list<CountingStream> streams;
  for (std::size_t i = 0; i < connections; ++i) {
    auto& stub = *stubs.emplace_back(chat::Broadcast::NewStub(connect(host.address())));
    for (std::size_t k = 0; k < each; ++k) streams.emplace_back(stub, "user" + std::to_string(i), subscribed, received, wrong);
  }
  REQUIRE(eventually([&] { return subscribed == connections * each; }));
  Chatter chatter(host.address());
  for (std::size_t i = 0; i < messages; ++i) chatter.say("sender", std::to_string(i));
  CHECK(eventually([&] { return received == connections * each * messages; }));
  CHECK(wrong == 0);
  for (auto& stream : streams) stream.end();
}

TEST_CASE("a client that stops delays nobody, and the host's memory does not grow with its lag") {
  HostProcess host({.set = {"hub.ring_bytes=1000000", "plugins.memory.retention_bytes=1000000"}});
  // The client that will be stopped: a process of its own, forked before this one has gRPC's threads.
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t stopped = ::fork();
  if (stopped == 0) {
    const auto stub = chat::Broadcast::NewStub(connect(host.address()));
    grpc::ClientContext context;
    const auto reader = stub->CreateStream(&context, hello("stopped"));
    reader->WaitForInitialMetadata();
    (void)!::write(ready[1], "r", 1);
    for (chat::Message message; reader->Read(&message);) {
    }
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  const std::string content(50'000, 'x');
  constexpr std::size_t warm_up = 100, flood = 1'000;
  std::size_t said = 0;
  const auto say = [&] {  // alice keeps up, so that she cannot fall off the small ring herself
    chatter.say("bob", content);
    ++said;
    return alice.wait_for_count(said);
  };
  while (said < warm_up) REQUIRE(say());
  ::kill(stopped, SIGSTOP);
  const auto before = host.resident_bytes();
  while (said < warm_up + flood) REQUIRE(say());
  const auto after = host.resident_bytes();
  INFO("resident before " << before << ", after " << after);
  CHECK(after < before + (16 << 20));  // 50 MB went by
  ::kill(stopped, SIGCONT);
  ::kill(stopped, SIGKILL);
  ::waitpid(stopped, nullptr, 0);
}

TEST_CASE("a cursor that falls off its ring ends that stream with RESOURCE_EXHAUSTED and no other") {
  HostProcess host({.set = {"hub.ring_messages=8", "host.send_buffer_bytes=16384"}});
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext context;
  const auto slow = stub->CreateStream(&context, hello("slow"));
  slow->WaitForInitialMetadata();
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  constexpr std::size_t count = 200;
  for (std::size_t i = 0; i < count; ++i) {
    chatter.say("bob", std::to_string(i) + std::string(50'000, 'x'));
    REQUIRE(alice.wait_for_count(i + 1));  // alice keeps up, so that she cannot fall off
  }
  std::size_t got = 0;
  for (chat::Message message; slow->Read(&message); ++got) {
    CHECK(message.content().starts_with(std::to_string(got) + "x"));  // no gap before the end
  }
  const auto status = slow->Finish();
  CHECK(got < count);
  CHECK(status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(status.error_message().starts_with("too slow: "));

  // It is told where it stood, and misses nothing when it goes on from there.
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto places = trailers.find("chatd-resume-bin");
  REQUIRE(places != trailers.end());
  chat::Connect resume;
  REQUIRE(resume.ParseFromArray(places->second.data(), static_cast<int>(places->second.size())));
  auto again = hello("slow");
  again.MergeFrom(resume);
  grpc::ClientContext second;
  const auto rest = stub->CreateStream(&second, again);
  chat::Message message;
  REQUIRE(rest->Read(&message));
  CHECK(message.kind() == chat::Message::SUBSCRIBED);
  CHECK(message.recovered());
  for (; got < count; ++got) {
    REQUIRE(rest->Read(&message));
    CHECK(message.content().starts_with(std::to_string(got) + "x"));
  }
  second.TryCancel();
  chatter.say("bob", "still here");
  CHECK(alice.wait_for_count(count + 1));
}

TEST_CASE("a stream that falls off the ring of a room that skips is told how much it misses, and goes on") {
  HostProcess host({.set = {"hub.ring_messages=8", "host.send_buffer_bytes=16384", "classes.ticker.rooms=[\"\"]",
                            "classes.ticker.slow=skip"}});
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext context;
  auto request = hello("slow");
  request.set_notices(true);
  const auto slow = stub->CreateStream(&context, request);
  slow->WaitForInitialMetadata();
  Listener alice(host.address(), hello("alice"));
  Chatter chatter(host.address());
  constexpr int count = 200;
  for (int i = 0; i < count; ++i) {
    chatter.say("bob", std::to_string(i) + std::string(50'000, 'x'));
    REQUIRE(alice.wait_for_count(static_cast<std::size_t>(i) + 1));
  }
  // Whatever of these the notices leave out, one comes in the end.
  std::jthread goes_on([&](const std::stop_token& stop) {
    for (int i = count; !stop.stop_requested(); ++i) (void)chatter.publish(message("bob", std::to_string(i) + "x"));
  });
  int next = 0, gaps = 0;
  for (chat::Message message; next <= count && slow->Read(&message);) {
    if (message.kind() == chat::Message::GAP) {
      ++gaps;
      CHECK(message.loss().reason() == chat::Loss::TOO_SLOW);
      next += static_cast<int>(message.loss().messages());
    } else if (message.kind() == chat::Message::MESSAGE) {
      CHECK(message.content().starts_with(std::to_string(next) + "x"));
      ++next;
    }
  }
  CHECK(gaps > 0);
  CHECK(next > count);
  context.TryCancel();
}
