// The admin service of a real host: what it tells, who may ask, and the commands that ask it.
#include <csignal>

#include "admin.grpc.pb.h"
#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using grpc::StatusCode;
namespace v1 = chatd::admin::v1;

namespace {

const std::string on = "admin.listen=127.0.0.1:0";

// Where the host says that its admin service is.
std::string admin_of(const HostProcess& host) {
  const std::string said = "admin service on ";
  const std::string log = host.log();
  const auto at = log.find(said);
  REQUIRE(at != std::string::npos);
  return log.substr(at + said.size(), log.find('\n', at) - at - said.size());
}

struct Operator {
  explicit Operator(const std::string& address) : stub(v1::Admin::NewStub(connect(address))) {}

  template <class Reply, class Request>
  Reply ask(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&, Reply*), const Request& request = {},
            StatusCode expected = StatusCode::OK) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    Reply reply;
    CHECK((stub.get()->*method)(&context, request, &reply).error_code() == expected);
    return reply;
  }
  [[nodiscard]] v1::StatusReply status() const { return ask<v1::StatusReply, v1::StatusRequest>(&v1::Admin::Stub::Status); }

  std::unique_ptr<v1::Admin::Stub> stub;
};

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
