// What a host allows each client, and all of them.
#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <thread>

#include <sys/socket.h>

#include "catch.hpp"
#include "listener.hpp"
#include "socket.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using grpc::StatusCode;

namespace {

const std::string no_proxies = "limits.trusted_proxies=";  // so that this machine's own addresses count

}  // namespace

TEST_CASE("connections above their number are cut at once, and each that ends makes room for one") {
  HostProcess host({.set = {"limits.connections=3"}});
  Listener alice(host.address(), hello("alice"));
  {
    const Socket second(host), third(host);
    third.send(preface);
    const Socket fourth(host);
    CHECK(fourth.closed_by_peer());
    CHECK(host.says("limits.connections "));
    Chatter(host.address()).publish(message("bob", "refused"));
  }
  Chatter chatter(host.address());
  CHECK(eventually([&] { return chatter.publish(message("bob", "there is room")).ok(); }));
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"there is room"});
}

TEST_CASE("connections of an address are counted apart from those of others") {
  HostProcess host({.set = {no_proxies, "limits.connections_per_address=2"}});
  std::deque<Socket> some;
  for (const char* from : {"127.0.0.2", "127.0.0.2", "127.0.0.3"}) some.emplace_back(host, from);
  CHECK(Socket(host, "127.0.0.2").closed_by_peer());
  CHECK(host.says("limits.connections_per_address "));
  CHECK(host.says("limits.trusted_proxies"));
  Listener alice(host.address(), hello("alice"));  // of 127.0.0.1
  Chatter(host.address()).say("bob", "we are others");
  CHECK(alice.wait_for_count(1));
  some.clear();
  CHECK(eventually([&] {
    const Socket again(host, "127.0.0.2");
    again.send("GET / HTTP/1.1\r\n\r\n");
    std::array<char, 16> answer{};
    return ::recv(again.get(), answer.data(), answer.size(), 0) > 0;  // gRPC's, before it closes
  }));
}

TEST_CASE("new connections above their rate are cut at once") {
  HostProcess host({.set = {no_proxies, "limits.new_connections_per_second_per_address=1"}});
  // Two at once, and then one a second, however long each of these takes.
  std::deque<Socket> some;
  CHECK(eventually([&] {
    char byte = 0;
    return ::recv(some.emplace_back(host, "127.0.0.2").get(), &byte, 1, 0) <= 0;  // an HTTP/2 server begins by itself
  }));
  CHECK(some.size() > 2);
  CHECK(host.says("limits.new_connections_per_second_per_address "));
  Chatter(host.address()).say("bob", "I come from elsewhere");
}

TEST_CASE("streams of a user above their number are refused, and one that ends makes room for one") {
  HostProcess host({.set = {"limits.streams_per_user=2"}});
  const Listener first(host.address(), hello("alice"));
  auto second = std::make_unique<Listener>(host.address(), hello("alice"));
  Listener third(host.address(), hello("alice"));
  const auto refused = third.wait_end();
  CHECK(refused.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(refused.error_message() == "\"alice\" has 2 streams here (limits.streams_per_user); end one first");
  CHECK(Listener(host.address(), hello("bob")).initial("chatd-subscribed") == "1");
  second.reset();
  CHECK(eventually([&] { return Listener(host.address(), hello("alice")).initial("chatd-subscribed") == "1"; }));
}

TEST_CASE("streams of an address are counted by what a trusted proxy says, and by nothing that a client says") {
  HostProcess host({.set = {"limits.streams_per_address=2"}});
  using Metadata = std::vector<std::pair<std::string, std::string>>;
  const auto by_proxy = [&](const std::string& forwarded_for) {
    return std::make_unique<Listener>(host.address(), hello("alice"), Metadata{{"x-forwarded-for", forwarded_for}});
  };
  const auto first = by_proxy("192.0.2.1"), second = by_proxy("198.51.100.1, 192.0.2.1");
  const auto third = by_proxy("198.51.100.2, 192.0.2.1");
  const auto refused = third->wait_end();
  CHECK(refused.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(refused.error_message() == "from your address there are 2 streams here (limits.streams_per_address); end one first");
  CHECK(by_proxy("192.0.2.2")->initial("chatd-subscribed") == "1");
  CHECK(Listener(host.address(), hello("alice")).initial("chatd-subscribed") == "1");

  HostProcess wary({.set = {no_proxies, "limits.streams_per_address=1"}});
  const Listener one(wary.address(), hello("alice"), {{"x-forwarded-for", "192.0.2.1"}});
  Listener other(wary.address(), hello("alice"), {{"x-forwarded-for", "192.0.2.2"}});
  CHECK(other.wait_end().error_code() == StatusCode::RESOURCE_EXHAUSTED);
}

TEST_CASE("more streams on one connection than there may be wait in the client") {
  HostProcess host({.set = {"limits.streams_per_connection=1"}});
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext first;
  const auto stream = stub->CreateStream(&first, hello("alice"));
  stream->WaitForInitialMetadata();
  grpc::ClientContext second;
  second.set_deadline(std::chrono::system_clock::now() + 100ms);
  chat::Close close;
  CHECK(stub->BroadcastMessage(&second, message("alice", "x"), &close).error_code() == StatusCode::DEADLINE_EXCEEDED);
  first.TryCancel();
  (void)stream->Finish();
  grpc::ClientContext third;
  third.set_deadline(std::chrono::system_clock::now() + patience);
  CHECK(stub->BroadcastMessage(&third, message("alice", "x"), &close).ok());
}

TEST_CASE("publishes above their rate are refused with the time to wait, of a user and of all") {
  struct Case {
    std::vector<std::string> set;
    std::string key;
    bool others;  // whether another user may publish meanwhile
  };
  // One a ten seconds is less than anything that a test takes.
  const Case cases[] = {{{"limits.publishes_per_second_per_user=1", "limits.publish_burst_per_user=1"},
                         "limits.publishes_per_second_per_user",
                         true},
                        {{"limits.publishes_per_second=1", "limits.publish_burst=1"}, "limits.publishes_per_second)", false}};
  for (const auto& one : cases) {
    INFO(one.key);
    HostProcess host({.set = one.set});
    Chatter chatter(host.address());
    bool refused = false;
    // The host may be held up for a second between two of them.
    REQUIRE(eventually([&] {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + patience);
      chat::Close close;
      const auto status = chatter.stub().BroadcastMessage(&context, message("alice", "x"), &close);
      if (status.ok()) return false;
      CHECK(status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
      CHECK_THAT(status.error_message(), Contains(one.key));
      const auto wait = context.GetServerTrailingMetadata().find("grpc-retry-pushback-ms");
      REQUIRE(wait != context.GetServerTrailingMetadata().end());
      const int ms = std::stoi(std::string(wait->second.data(), wait->second.size()));
      CHECK(ms > 0);
      CHECK(ms <= 1'000);
      return refused = true;
    }));
    if (one.others) CHECK(chatter.publish(message("bob", "x")).ok());
    CHECK(host.says("refusing publishes"));
    CHECK(eventually([&] { return chatter.publish(message("alice", "again")).ok(); }));
  }
}

TEST_CASE("by default nobody's publishes are limited by rate") {
  HostProcess host;
  Chatter chatter(host.address());
  for (int i = 0; i < 2'000; ++i) REQUIRE(chatter.publish(message("alice", "x")).ok());
}

TEST_CASE("queries above their rate are refused, by user and by the address of who is none") {
  HostProcess host({.set = {no_proxies, "limits.queries_per_second_per_user=1", "limits.query_burst_per_user=1"}});
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  const auto ask = [&](const std::string& user) {
    chat::HistoryRequest request;
    if (!user.empty()) request.mutable_user()->set_id(user);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    chat::HistoryReply reply;
    return stub->History(&context, request, &reply);
  };
  for (const std::string user : {"alice", ""}) {
    INFO(user);
    grpc::Status status;
    REQUIRE(eventually([&] { return !(status = ask(user)).ok(); }));
    CHECK(status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
    CHECK_THAT(status.error_message(), Contains("limits.queries_per_second_per_user"));
    CHECK(ask(user + "-other").ok());
    CHECK(eventually([&] { return ask(user).ok(); }));
  }
}

TEST_CASE("metadata above its size is RESOURCE_EXHAUSTED, and the connection goes on") {
  HostProcess host({.set = {"limits.metadata_bytes=2000"}});
  const auto with = [&](std::size_t bytes) {
    return raw_call(host.address(), "/chat.Broadcast/Servers", "", {{"x-note", std::string(bytes, 'a')}}).status.error_code();
  };
  CHECK(with(1'000) != StatusCode::RESOURCE_EXHAUSTED);
  CHECK(with(4'000) == StatusCode::RESOURCE_EXHAUSTED);
  HostProcess generous({.set = {"limits.metadata_bytes=20000"}});
  CHECK(raw_call(generous.address(), "/chat.Broadcast/Servers", "", {{"x-note", std::string(12'000, 'a')}}).status.error_code() !=
        StatusCode::RESOURCE_EXHAUSTED);
}

TEST_CASE("a connection that does not begin to speak HTTP/2 is closed, also one that does so bit by bit") {
  HostProcess host({.set = {"limits.handshake_timeout_ms=300"}});
  const Socket silent(host), half(host), slow(host);
  half.send(preface.substr(0, 12));
  for (const char byte : preface.substr(0, 20)) {
    slow.send({&byte, 1});
    std::this_thread::sleep_for(20ms);  // its time is over before its preface is
  }
  CHECK(silent.closed_by_peer());
  CHECK(half.closed_by_peer());
  CHECK(slow.closed_by_peer());
}

TEST_CASE("a connection without a call is closed after a while, and one with a stream is not") {
  HostProcess host({.set = {"limits.idle_timeout_ms=1000"}});
  Listener alice(host.address(), hello("alice"));
  const Socket idle(host);
  idle.send(preface);
  CHECK(idle.closed_by_peer());
  Chatter(host.address()).say("bob", "still there?");
  CHECK(alice.wait_for_count(1));
}

TEST_CASE("a client that pings more often than it may is cut, and its neighbours are not") {
  HostProcess host;
  Listener alice(host.address(), hello("alice"));
  const Socket pinging(host);
  pinging.send(preface);
  const std::string ping("\0\0\10\6\0\0\0\0\0pingpong", 17);
  for (int i = 0; i < 10; ++i) pinging.send(ping);
  CHECK(pinging.closed_by_peer());
  HostProcess patient({.set = {"limits.ping_interval_ms=0"}});
  const Socket allowed(patient);
  allowed.send(preface);
  for (int i = 0; i < 10; ++i) allowed.send(ping);
  std::string answers;
  const auto answered = [&] {
    std::size_t count = 0;
    for (auto at = answers.find("pingpong"); at != std::string::npos; at = answers.find("pingpong", at + 1)) ++count;
    return count;
  };
  const auto wait_for = [&](std::size_t count) {
    while (answered() < count) {
      std::array<char, 1'024> some{};
      const auto got = ::recv(allowed.get(), some.data(), some.size(), 0);
      REQUIRE(got > 0);
      answers.append(some.data(), static_cast<std::size_t>(got));
    }
  };
  wait_for(10);
  allowed.send(ping);
  wait_for(11);
  Chatter(host.address()).say("bob", "still there?");
  CHECK(alice.wait_for_count(1));
}
