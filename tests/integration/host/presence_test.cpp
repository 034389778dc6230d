// Who is here, as clients of one host see it.
#include <algorithm>
#include <map>
#include <optional>

#include "catch.hpp"
#include "host_process.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using Lines = std::vector<std::string>;

namespace {

const HostOptions with_presence{.set = {"plugins.load=identity,memory", "host.server_id=host-1", "presence.settle_ms=0"}};

chat::WhoRequest in_room(const std::string& room, std::uint32_t limit = 0, const std::string& page = {}) {
  chat::WhoRequest request;
  request.mutable_user()->set_id("asker");
  request.set_room(room);
  request.set_limit(limit);
  request.set_page(page);
  return request;
}

class Asker {
 public:
  explicit Asker(const HostProcess& host) : stub_(chat::Broadcast::NewStub(connect(host.address()))) {}

  grpc::Status who(const chat::WhoRequest& request, chat::WhoReply& reply) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    return stub_->Who(&context, request, &reply);
  }
  chat::WhoReply who(const chat::WhoRequest& request) {
    chat::WhoReply reply;
    const auto status = who(request, reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
    return reply;
  }
  // "alice 2", by id.
  Lines users(const std::string& room) {
    Lines out;
    const auto reply = who(in_room(room));
    for (const auto& one : reply.present()) out.push_back(one.user().id() + " " + std::to_string(one.connections()));
    return out;
  }
  grpc::Status servers(chat::ServersReply& reply) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    return stub_->Servers(&context, {}, &reply);
  }

 private:
  std::unique_ptr<chat::Broadcast::Stub> stub_;
};

chat::Connect watching(const std::string& user, const Lines& rooms = {}) {
  auto request = hello(user, rooms);
  request.set_want_presence(true);
  return request;
}

// "red +alice -bob 2", each frame.
Lines told(Listener& listener, std::size_t count) {
  Lines out;
  for (const auto& frame : listener.wait_for(count)) {
    std::string line = frame.kind() == chat::Message::PRESENCE ? frame.room() : "kind " + std::to_string(frame.kind());
    for (const auto& user : frame.presence().came()) line += " +" + user.id();
    for (const auto& user : frame.presence().went()) line += " -" + user.id();
    out.push_back(line + " " + std::to_string(frame.presence().users()));
  }
  return out;
}

}  // namespace

TEST_CASE("Who tells the users of a room, each once, and follows who comes and goes") {
  const HostProcess host(with_presence);
  Asker asker(host);
  Listener bob(host.address(), hello("bob", {"red", ""}));
  Listener alice(host.address(), hello("alice", {"red"}));
  std::optional<Listener> again(std::in_place, host.address(), hello("alice", {"red"}));
  CHECK(eventually([&] { return asker.users("red") == Lines{"alice 2", "bob 1"}; }));
  CHECK(asker.users("") == Lines{"bob 1"});
  CHECK(asker.users("blue").empty());
  const auto reply = asker.who(in_room("red"));
  CHECK(reply.users() == 2);
  CHECK(reply.connections() == 3);
  CHECK(reply.next_page().empty());
  REQUIRE(reply.present_size() == 2);
  CHECK(reply.present(0).servers_size() == 1);
  CHECK(reply.present(0).servers(0) == "host-1");
  again.reset();
  CHECK(eventually([&] { return asker.users("red") == Lines{"alice 1", "bob 1"}; }));
  alice.cancel();
  CHECK(eventually([&] { return asker.users("red") == Lines{"bob 1"}; }));
}

TEST_CASE("Who about a user tells where they are, and of nobody nothing") {
  const HostProcess host(with_presence);
  Asker asker(host);
  auto connect = hello("alice", {"red", ""});
  connect.mutable_user()->set_name("Alice");
  Listener alice(host.address(), connect);
  Listener again(host.address(), hello("alice", {"blue"}));
  chat::WhoRequest about;
  about.set_about("alice");
  REQUIRE(eventually([&] { return asker.who(about).connections() == 2; }));
  const auto reply = asker.who(about);
  REQUIRE(reply.present_size() == 1);
  CHECK(reply.users() == 1);
  const auto& rooms = reply.present(0).rooms();
  CHECK(Lines(rooms.begin(), rooms.end()) == Lines{"", "blue", "red"});
  CHECK(reply.present(0).servers_size() == 1);
  about.set_about("nobody");
  CHECK(asker.who(about).present_size() == 0);
}

TEST_CASE("Who tells a large room page by page") {
  const HostProcess host(with_presence);
  Asker asker(host);
  std::vector<std::unique_ptr<Listener>> listeners;
  for (const auto* user : {"e", "b", "d", "a", "c"}) listeners.push_back(std::make_unique<Listener>(host.address(), hello(user)));
  REQUIRE(eventually([&] { return asker.users("").size() == 5; }));
  std::string users;
  std::string page;
  int pages = 0;
  do {
    const auto reply = asker.who(in_room("", 2, page));
    CHECK(reply.users() == 5);
    for (const auto& one : reply.present()) users += one.user().id();
    page = reply.next_page();
    ++pages;
  } while (!page.empty() && pages < 10);
  CHECK(users == "abcde");
  CHECK(pages == 3);
}

TEST_CASE("Who is refused with the reason") {
  const HostProcess host({.set = {"plugins.load=identity,memory", "limits.who_users=10"}});
  Asker asker(host);
  const auto refusal = [&](const chat::WhoRequest& request) {
    chat::WhoReply reply;
    const auto status = asker.who(request, reply);
    CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  CHECK(refusal(in_room("", 11)) == "WhoRequest.limit is 11; it takes 0 to 10 (limits.who_users)");
  CHECK(refusal(in_room(std::string(129, 'x'))) == "WhoRequest.room has 129 bytes; the limit is 128");
  CHECK(refusal(in_room("a\nb")) == "WhoRequest.room has a control character; leave it out");
  CHECK(refusal(in_room("", 1, "\xff")) == "WhoRequest.page is none of WhoReply.next_page; leave it out to begin anew");
  const auto raw = raw_call(host.address(), "/chat.Broadcast/Who", "\x0a\x01\xff");
  CHECK(raw.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a host without a plugin that keeps presence says so") {
  const HostProcess host;
  Asker asker(host);
  Listener alice(host.address(), watching("alice"));
  chat::WhoReply who;
  const auto status = asker.who(in_room(""), who);
  CHECK(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
  CHECK(status.error_message().find("load one that does, such as identity") != std::string::npos);
  chat::ServersReply servers;
  CHECK(asker.servers(servers).error_code() == grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("Servers tells the host itself, with its users") {
  const HostProcess host(with_presence);
  Asker asker(host);
  Listener alice(host.address(), hello("alice"));
  Listener again(host.address(), hello("alice"));
  chat::ServersReply reply;
  REQUIRE(eventually([&] { return asker.servers(reply).ok() && reply.connections() == 2; }));
  CHECK(reply.users() == 1);
  REQUIRE(reply.servers_size() == 1);
  CHECK(reply.servers(0).server_id() == "host-1");
  CHECK(reply.servers(0).self());
  CHECK(reply.servers(0).heartbeats());
  CHECK(reply.servers(0).users() == 1);
  CHECK(reply.servers(0).connections() == 2);
}

TEST_CASE("who asked for presence is told who comes and goes, others are not") {
  const HostProcess host(with_presence);
  Asker asker(host);
  Listener watcher(host.address(), watching("watcher", {"red", "blue"}));
  Listener other(host.address(), hello("other", {"blue"}));
  CHECK(told(watcher, 1) == Lines{"blue +other 2"});
  std::optional<Listener> alice(std::in_place, host.address(), hello("alice", {"red"}));
  CHECK(told(watcher, 2).back() == "red +alice 2");
  // A second device is the same user.
  std::optional<Listener> second(std::in_place, host.address(), hello("alice", {"red"}));
  REQUIRE(eventually([&] { return asker.users("red") == Lines{"alice 2", "watcher 1"}; }));
  second.reset();
  REQUIRE(eventually([&] { return asker.users("red") == Lines{"alice 1", "watcher 1"}; }));
  alice.reset();
  CHECK(told(watcher, 3).back() == "red -alice 1");
  Chatter chatter(host.address());
  chatter.say("bob", "hello", "blue");
  CHECK(other.wait_for_contents(1) == Lines{"hello"});
  CHECK(other.received() == 1);
}

TEST_CASE("a break that is short is not told") {
  const HostProcess host({.set = {"plugins.load=identity,memory", "presence.settle_ms=600000"}});
  Asker asker(host);
  std::optional<Listener> alice(std::in_place, host.address(), hello("alice"));
  REQUIRE(eventually([&] { return asker.users("").size() == 1; }));
  Listener watcher(host.address(), watching("watcher"));
  REQUIRE(eventually([&] { return asker.users("").size() == 2; }));
  alice.reset();
  CHECK(eventually([&] { return asker.users("") == Lines{"watcher 1"}; }));
  alice.emplace(host.address(), hello("alice"));
  CHECK(eventually([&] { return asker.users("").size() == 2; }));
  Listener last(host.address(), hello("last"));
  CHECK(told(watcher, 1) == Lines{" +last 3"});
}

TEST_CASE("notices of presence come behind SUBSCRIBED, between messages, on one stream") {
  const HostProcess host(with_presence);
  auto connect = watching("watcher");
  connect.set_notices(true);
  Listener watcher(host.address(), connect);
  Listener alice(host.address(), hello("alice"));
  const auto frames = watcher.wait_for(2);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].kind() == chat::Message::SUBSCRIBED);
  CHECK(frames[1].kind() == chat::Message::PRESENCE);
  Chatter chatter(host.address());
  chatter.say("alice", "hello");
  CHECK(watcher.wait_for(3).back().content() == "hello");
}
