// The admin service of a real host: what it tells, who may ask, and the commands that ask it.
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "catch.hpp"
#include "listener.hpp"
#include "operator.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using grpc::StatusCode;

namespace {

const std::string& on = admin_on;

}  // namespace

TEST_CASE("status tells what the host is and does") {
  HostProcess host({.set = {on, "host.server_id=the-one"}});
  const Operator admin(admin_of(host));
  const Listener alice(host.address(), hello("alice", {"", "red"}));
  Chatter(host.address()).say("bob", "hello");
  const auto status = admin.status();
  CHECK(status.server_id() == "the-one");
  CHECK_FALSE(status.version().empty());
  CHECK(status.serving());
  CHECK(status.not_serving().empty());
  CHECK_FALSE(status.draining());
  CHECK(status.streams() == 1);
  CHECK(status.rooms() == 2);
  CHECK(eventually([&] { return admin.status().ring_bytes() > 0; }));
  CHECK(status.publishes_in_flight() == 0);
}

TEST_CASE("publishes that the broker has not answered are in the status") {
  HostProcess host({.set = {on, "plugins.memory.inject_latency_ms=60000"}});
  const Operator admin(admin_of(host));
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const auto call = stub->AsyncBroadcastMessage(&context, message("bob", "late"), &queue);
  chat::Close close;
  grpc::Status status;
  call->Finish(&close, &status, nullptr);
  CHECK(eventually([&] { return admin.status().publishes_in_flight() == 1; }));
  context.TryCancel();
  queue.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) {
  }
}

TEST_CASE("for clients there is no admin service") {
  HostProcess host({.set = {on}});
  const Operator client(host.address());
  client.ask<v1::StatusReply, v1::StatusRequest>(&v1::Admin::Stub::Status, {}, StatusCode::UNIMPLEMENTED);
  client.ask<v1::SlowClientsReply, v1::SlowClientsRequest>(&v1::Admin::Stub::SlowClients, {}, StatusCode::UNIMPLEMENTED);
  client.ask<v1::DrainReply, v1::DrainRequest>(&v1::Admin::Stub::Drain, {}, StatusCode::UNIMPLEMENTED);
  CHECK(Operator(admin_of(host)).status().serving());  // it drains not
}

TEST_CASE("for operators there is no chat") {
  HostProcess host({.set = {on}});
  const auto address = admin_of(host);
  Chatter chatter(address);
  CHECK(chatter.publish(message("bob", "hello")).error_code() == StatusCode::UNIMPLEMENTED);
  Listener alice(address, hello("alice"));
  const auto status = alice.wait_end();
  CHECK(status.error_code() == StatusCode::UNIMPLEMENTED);
  CHECK(status.error_message() == "this address is for operators (admin.listen); clients connect to that of host.listen");
}

TEST_CASE("reflection lists the admin service to operators only") {
  HostProcess host({.set = {on}});
  const std::string list_services("\x3a\x01*", 3);
  const auto method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  CHECK_THAT(raw_call(admin_of(host), method, list_services).bytes, Contains("chatd.admin.v1.Admin"));
  const auto for_clients = raw_call(host.address(), method, list_services).bytes;
  CHECK_THAT(for_clients, Contains("chat.Broadcast") && !Contains("chatd.admin.v1.Admin"));
}

TEST_CASE("sessions are listed with where they are, the oldest first, and by user and room") {
  HostProcess host({.set = {on}});
  const Operator admin(admin_of(host));
  const Listener alice(host.address(), hello("alice", {"", "red"}));
  const Listener bob(host.address(), hello("bob"));
  const Listener again(host.address(), hello("alice", {"red"}));
  const auto sessions = [&](const v1::SessionsRequest& request) {
    std::string out;
    const auto reply = admin.ask<v1::SessionsReply, v1::SessionsRequest>(&v1::Admin::Stub::Sessions, request);
    for (const auto& one : reply.sessions()) {
      out += one.user_id() + "(";
      for (const auto& room : one.rooms()) out += room + ",";
      out += ") ";
      CHECK_THAT(one.peer(), Catch::Matchers::StartsWith("ipv4:127.0.0.1:"));
      CHECK(std::abs(one.since().seconds() - std::time(nullptr)) < 600);
      CHECK(one.stream().empty());
    }
    return out + std::to_string(reply.total());
  };
  v1::SessionsRequest all, alices, in_lobby, in_red;
  CHECK(sessions(all) == "alice(,red,) bob(,) alice(red,) 3");
  all.set_limit(2);
  CHECK(sessions(all) == "alice(,red,) bob(,) 3");
  alices.set_user_id("alice");
  CHECK(sessions(alices) == "alice(,red,) alice(red,) 2");
  in_lobby.set_room("");
  CHECK(sessions(in_lobby) == "alice(,red,) bob(,) 2");
  in_red.set_room("red");
  in_red.set_user_id("bob");
  CHECK(sessions(in_red) == "0");
  in_red.set_room("a\nb");
  admin.ask<v1::SessionsReply, v1::SessionsRequest>(&v1::Admin::Stub::Sessions, in_red, StatusCode::INVALID_ARGUMENT);

  const auto listed = run_chatd({"admin", "sessions", "--lobby", "--json", "--admin", admin_of(host)});
  CHECK(listed.status == 0);
  CHECK_THAT(listed.out, Contains(R"("user_id":"bob")") && Contains(R"("total":2})"));
  const auto none = run_chatd({"admin", "sessions", "--room", "blue", "--admin", admin_of(host)});
  CHECK_THAT(none.out, Catch::Matchers::StartsWith("USER  CONNECTION") && !Contains("alice"));
}

TEST_CASE("rooms are listed, those with the most readers first") {
  HostProcess host({.set = {on}});
  const Operator admin(admin_of(host));
  const Listener alice(host.address(), hello("alice", {"red", "blue"}));
  Listener bob(host.address(), hello("bob", {"red"}));
  Chatter(host.address()).say("bob", "hello", "red");
  REQUIRE(bob.wait_for_count(1));
  v1::RoomsRequest request;
  request.set_limit(2);
  const auto reply = admin.ask<v1::RoomsReply, v1::RoomsRequest>(&v1::Admin::Stub::Rooms, request);
  REQUIRE(reply.rooms_size() == 2);
  CHECK(reply.total() == 3);  // and the lobby
  CHECK(reply.rooms(0).name() == "red");
  CHECK(reply.rooms(0).readers() == 2);
  CHECK(reply.rooms(0).messages() == 1);
  CHECK(reply.rooms(0).bytes() > 5);
  CHECK(reply.rooms(1).name() == "blue");
  const auto listed = run_chatd({"admin", "rooms", "--limit", "1", "--admin", admin_of(host)});
  CHECK_THAT(listed.out, Contains("\nred ") && Contains("\nand 2 more; --limit shows more\n"));
}

TEST_CASE("servers are those that presence knows, and without it nobody does") {
  HostProcess knowing({.set = {on, "plugins.load=identity,memory", "host.server_id=the-one"}});
  const Listener alice(knowing.address(), hello("alice"));
  const Operator admin(admin_of(knowing));
  CHECK(eventually([&] {
    const auto reply = admin.ask<v1::ServersReply, v1::ServersRequest>(&v1::Admin::Stub::Servers);
    return reply.servers_size() == 1 && reply.servers(0).server_id() == "the-one" && reply.servers(0).self() &&
           reply.servers(0).users() == 1 && reply.connections() == 1;
  }));
  CHECK_THAT(run_chatd({"admin", "servers", "--admin", admin_of(knowing)}).out, Contains("\nthe-one ") && Contains("this one"));
  HostProcess alone({.set = {on}});
  const auto asked = run_chatd({"admin", "servers", "--admin", admin_of(alone)});
  CHECK(asked.status == 1);
  CHECK_THAT(asked.err, Contains("none of its plugins keeps presence"));
}

TEST_CASE("plugins are listed with what they are and how they are") {
  HostProcess host({.set = {on, "plugins.load=identity,memory", "plugins.memory.inject_unready_ms=600000"}});
  const auto reply = Operator(admin_of(host)).ask<v1::PluginsReply, v1::PluginsRequest>(&v1::Admin::Stub::Plugins);
  REQUIRE(reply.plugins_size() == 2);
  const auto &identity = reply.plugins(0), &memory = reply.plugins(1);
  CHECK(identity.id() == "identity");
  REQUIRE(identity.kinds_size() == 2);
  CHECK(identity.kinds(0) == "authenticator");
  CHECK(identity.kinds(1) == "presence");
  CHECK(identity.state() == "well");
  CHECK(identity.abi() == 2);
  CHECK_FALSE(identity.version().empty());
  CHECK(memory.kinds(0) == "broker");
  CHECK_THAT(memory.state(), Catch::Matchers::StartsWith("not ready: "));
  CHECK_THAT(run_chatd({"admin", "plugins", "--admin", admin_of(host)}).out, Contains("authenticator presence"));
}

TEST_CASE("log levels change at once, of one component or of all, and say what they were") {
  HostProcess host({.set = {on}});
  const auto command = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"admin", "log-level"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"--admin", admin_of(host)});
    return run_chatd(arguments);
  };
  CHECK(command({}).out == "COMPONENT  WAS   LEVEL\nhost       info  info\nmemory     info  info\n");
  CHECK(command({"memory", "debug"}).out == "COMPONENT  WAS   LEVEL\nmemory     info  debug\n");
  CHECK(command({"error"}).out == "COMPONENT  WAS    LEVEL\nhost       info   error\nmemory     debug  error\n");
  CHECK(host.says("log level of memory: debug"));
  host.signal(SIGTERM);
  CHECK(host.wait() == 0);
  CHECK(host.log().find("stopping (SIGTERM)") == std::string::npos);  // it is no error
}

TEST_CASE("a log level that is none, and one of nobody, say what there is") {
  HostProcess host({.set = {on}});
  const auto wrong = run_chatd({"admin", "log-level", "loud", "--admin", admin_of(host)});
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err, Contains("\"loud\"; it takes debug, info, warning and error"));
  const auto many = run_chatd({"admin", "log-level", "hub", "debug", "info", "--admin", admin_of(host)});
  CHECK(many.status == 2);
  CHECK_THAT(many.err, Contains("log-level takes LEVEL or COMPONENT LEVEL, and no third word"));
  const auto nobody = run_chatd({"admin", "log-level", "kafka", "debug", "--admin", admin_of(host)});
  CHECK(nobody.status == 1);
  CHECK_THAT(nobody.err, Contains("\"kafka\"; there are host, memory"));
}

TEST_CASE("a client that does not read is listed, with its class's policy, and one that does is not") {
  HostProcess host({.set = {on, "classes.big.rooms=r*", "classes.big.slow=catch_up"}});
  const auto address = admin_of(host);
  const Operator admin(address);
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext context;
  const auto reader = stub->CreateStream(&context, hello("alice", {"red"}));
  reader->WaitForInitialMetadata();
  Listener bob(host.address(), hello("bob", {"red"}));
  Chatter chatter(host.address());
  constexpr std::size_t count = 100;
  for (std::size_t i = 0; i < count; ++i) chatter.say("carol", std::string(60'000, 'x'), "red");
  REQUIRE(bob.wait_for_count(count));

  v1::SlowClientsReply slow;
  CHECK(eventually([&] {
    slow = admin.ask<v1::SlowClientsReply, v1::SlowClientsRequest>(&v1::Admin::Stub::SlowClients);
    return slow.clients_size() == 1;
  }));
  REQUIRE(slow.clients_size() == 1);
  CHECK(slow.behind() == 1);
  const auto& alice = slow.clients(0);
  CHECK(alice.user_id() == "alice");
  CHECK(alice.connection_id() > 0);
  CHECK_THAT(alice.peer(), Catch::Matchers::StartsWith("ipv4:127.0.0.1:"));
  REQUIRE(alice.rooms_size() == 1);
  CHECK(alice.rooms(0).room() == "red");
  CHECK(alice.rooms(0).messages() > 0);
  CHECK(alice.rooms(0).messages() <= count);
  CHECK(alice.rooms(0).bytes() >= alice.rooms(0).messages() * 60'000);
  CHECK(alice.rooms(0).policy() == v1::RoomLag::CATCH_UP);

  const auto listed = run_chatd({"admin", "slow", "--admin", address});
  CHECK(listed.status == 0);
  CHECK_THAT(listed.out,
             Catch::Matchers::StartsWith("USER ") && Contains("\nalice ") && Contains("catch_up") && !Contains("bob"));
  const auto json = run_chatd({"admin", "slow", "--json", "--limit", "1", "--admin", address});
  CHECK(json.status == 0);
  CHECK_THAT(json.out, Contains(R"("user_id":"alice")") && Contains(R"("room":"red")"));
  context.TryCancel();
}

TEST_CASE("the commands ask the host that the configuration names") {
  HostProcess host({.set = {on, "host.server_id=the-one"}});
  const auto address = admin_of(host);
  const auto by_set = run_chatd({"admin", "status", "--set", "admin.listen=" + address});
  CHECK(by_set.status == 0);
  CHECK_THAT(by_set.out, Catch::Matchers::StartsWith("server id            the-one\n"));
  const auto by_environment = run_chatd({"admin", "status", "--json"}, {"CHATD_ADMIN__LISTEN=" + address});
  CHECK(by_environment.status == 0);
  CHECK_THAT(by_environment.out, Contains(R"("server_id":"the-one")") && Contains(R"("serving":true)"));
}

TEST_CASE("commands that cannot be done say what to do") {
  HostProcess host({.set = {on}});
  const auto to_clients = run_chatd({"admin", "status", "--admin", host.address()});
  CHECK(to_clients.status == 1);
  CHECK_THAT(to_clients.err, Contains("has no admin service"));
  const auto address = admin_of(host);
  host.signal(SIGKILL);
  host.wait();
  for (const auto& command :
       {std::vector<std::string>{"drain"}, {"drain", "--no-wait"}, {"admin", "status"}, {"admin", "slow"}}) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--admin", address});
    const auto nobody = run_chatd(arguments);
    CHECK(nobody.status == 1);
    CHECK_THAT(nobody.err, Contains("no host answers at " + address) && Contains("admin.listen"));
    CHECK(nobody.out.empty());
  }
  CHECK(run_chatd({"drain", "--admin", "nowhere"}).status == 2);
  CHECK(run_chatd({"admin"}).status == 2);
  CHECK(run_chatd({"admin", "slow", "--limit", "0"}).status == 2);
  const auto unnamed = run_chatd({"admin", "status", "--set", "admin.listen="});
  CHECK(unnamed.status == 2);
  CHECK_THAT(unnamed.err, Contains("--admin HOST:PORT"));
}

TEST_CASE("drain ends a host as SIGTERM does, and waits for that") {
  HostProcess host({.set = {on}});
  const auto address = admin_of(host);
  Listener alice(host.address(), hello("alice"));
  const auto drained = run_chatd({"drain", "--admin", address});
  CHECK(drained.status == 0);
  CHECK(drained.out == "it has ended\n");
  const auto status = alice.wait_end();
  CHECK(status.error_code() == StatusCode::UNAVAILABLE);
  CHECK(status.error_message() == "this server is shutting down; connect again");
  CHECK(host.wait() == 0);
  CHECK_THAT(host.log(), Contains("stopping (an operator's Drain)") && Contains("stopped"));
}

TEST_CASE("a draining host says so to operators, and a second Drain changes nothing") {
  HostProcess host({.set = {on, "host.drain_deadline_ms=60000"}});
  const auto address = admin_of(host);
  const Operator admin(address);
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext stuck;
  const auto reader = stub->CreateStream(&stuck, hello("stuck"));
  reader->WaitForInitialMetadata();
  Chatter chatter(host.address());
  for (int i = 0; i < 100; ++i) chatter.say("bob", std::string(60'000, 'x'));
  const auto asked = run_chatd({"drain", "--no-wait", "--admin", address});
  CHECK(asked.status == 0);
  CHECK(asked.out == "it drains\n");
  CHECK(eventually([&] { return admin.status().draining(); }));
  CHECK_FALSE(admin.status().serving());
  CHECK(admin.status().not_serving() == "it is draining");
  CHECK((admin.ask<v1::DrainReply, v1::DrainRequest>(&v1::Admin::Stub::Drain).already()));
  CHECK(host.alive());
  stuck.TryCancel();
  CHECK(host.wait() == 0);
}

TEST_CASE("an admin port that is taken ends the host with 1 and the key to set") {
  HostProcess first({.set = {on}});
  const auto second = run_chatd({"--set", "host.listen=127.0.0.1:0", "--set", "admin.listen=" + admin_of(first)});
  CHECK(second.status == 1);
  CHECK_THAT(second.err,
             Contains("cannot listen on " + admin_of(first)) && Contains("or set admin.listen") && !Contains("SERVER_PORT"));
}

TEST_CASE("without an address there is no admin service") {
  HostProcess host;
  CHECK(host.log().find("admin service") == std::string::npos);
}

TEST_CASE("health ends with 0 when the host serves, and with 1 and the reason when it does not") {
  const HostProcess well({.set = {on}});
  const auto serves = [&] { return run_chatd({"admin", "health", "--admin", admin_of(well)}); };
  CHECK(eventually([&] { return serves().status == 0; }));
  CHECK(serves().out == "it serves\n");
  CHECK_THAT(run_chatd({"admin", "health", "--json", "--admin", admin_of(well)}).out, Contains(R"("serving":true)"));
  // Nobody's port.
  const HostProcess alone({.set = {on, "plugins.load=kafka", "broker.plugin=kafka", "plugins.kafka.brokers=127.0.0.1:1"}});
  const auto told = run_chatd({"admin", "health", "--admin", admin_of(alone)});
  CHECK(told.status == 1);
  CHECK_THAT(told.err, Contains("does not serve: kafka: brokers 127.0.0.1:1 do not answer"));
}
