// Kicks and bans on one host.
#include <csignal>

#include "caller.hpp"
#include "catch.hpp"
#include "operator.hpp"
#include "tokens.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using grpc::StatusCode;

namespace {

const std::string rules = R"(["everyone: join publish history presence in lobby"])";

std::string jti(const std::string& id) { return R"(,"jti":")" + id + "\""; }

// What each call of this user is answered, by name; the stream's name is for Refresh.
std::vector<std::pair<std::string, grpc::Status>> calls(const std::string& address, const Metadata& metadata,
                                                        const std::string& user, const std::string& stream) {
  const auto raw = [&](const std::string& method) { return raw_call(address, "/chat.Broadcast/" + method, "", metadata).status; };
  return {{"stream", stream_as(address, metadata, hello(user))},
          {"publish", publish_as(address, metadata, message(user, "x"))},
          {"history", history_as(address, metadata, {})},
          {"who", raw("Who")},
          {"servers", raw("Servers")},
          {"refresh", refresh_as(address, metadata, stream)}};
}

v1::KickRequest kick_user(const std::string& user, const std::string& reason = {}) {
  v1::KickRequest request;
  request.set_user_id(user);
  request.set_reason(reason);
  return request;
}

}  // namespace

TEST_CASE("a kick ends one of two devices by its connection, or both by their user, and they may come again") {
  AskingHost host(rules, {admin_on});
  const Operator admin(admin_of(host.process()));
  const auto alice = as(host.bearer("alice"));
  Listener phone(host.address(), hello("alice"), alice);
  Listener desk(host.address(), hello("alice"), alice);
  Listener bob(host.address(), hello("bob"), as(host.bearer("bob")));
  const auto sessions = admin.ask<v1::SessionsReply, v1::SessionsRequest>(&v1::Admin::Stub::Sessions);
  REQUIRE(sessions.sessions_size() == 3);
  CHECK(sessions.sessions(0).stream() == phone.initial("chatd-stream"));

  v1::KickRequest one;
  one.mutable_connection()->set_connection_id(sessions.sessions(0).connection_id());
  one.set_reason("wrong room");
  CHECK(admin.kick(one) == 1);
  const auto status = phone.wait_end();
  CHECK(status.error_code() == StatusCode::ABORTED);
  CHECK(status.error_message() == "an operator ended this stream: wrong room");
  CHECK(publish_as(host.address(), alice, message("alice", "still here")).ok());
  CHECK(desk.wait_for_contents(1) == std::vector<std::string>{"still here"});
  admin.ask<v1::KickReply, v1::KickRequest>(&v1::Admin::Stub::Kick, one, StatusCode::NOT_FOUND);

  Listener again(host.address(), hello("alice"), alice);
  CHECK(admin.kick(kick_user("alice")) == 2);
  CHECK(desk.wait_end().error_message() == "an operator ended this stream");
  CHECK(again.wait_end().error_code() == StatusCode::ABORTED);
  CHECK(admin.kick(kick_user("alice")) == 0);
  CHECK(stream_as(host.address(), alice, hello("alice")).ok());
  CHECK(publish_as(host.address(), alice, message("alice", "bye")).ok());
  CHECK(bob.wait_for_contents(2) == std::vector<std::string>{"still here", "bye"});
  CHECK(host.process().says("an operator of this machine kicked the user \"alice\" (2 streams here)"));
}

TEST_CASE("a ban ends the user's streams and refuses each call, until it is lifted") {
  AskingHost host(rules, {admin_on});
  const Operator admin(admin_of(host.process()));
  const auto mallory = as(host.bearer("mallory"));
  Listener stream(host.address(), hello("mallory"), mallory);
  Listener bob(host.address(), hello("bob"), as(host.bearer("bob")));
  const std::string name = stream.initial("chatd-stream");
  for (const auto& [call, status] : calls(host.address(), mallory, "mallory", name)) {
    INFO(call << ": " << status.error_message());
    CHECK(status.ok());
  }
  CHECK(admin.ban("mallory", "spam", 3600) == 1);
  const auto ended = stream.wait_end();
  CHECK(ended.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK_THAT(ended.error_message(),
             Catch::Matchers::StartsWith("you are banned until 2") && Catch::Matchers::EndsWith("Z: spam"));
  for (const auto& [call, status] : calls(host.address(), mallory, "mallory", name)) {
    INFO(call);
    CHECK(status.error_code() == StatusCode::PERMISSION_DENIED);
    CHECK(status.error_message() == ended.error_message());
  }
  // By another way to show who they are, too; and nobody else.
  CHECK(publish_as(host.address(), as(host.bearer("mallory", 2h)), message("mallory", "x")).error_message() ==
        ended.error_message());
  CHECK(publish_as(host.address(), as(host.bearer("alice")), message("alice", "hi")).ok());

  const auto listed = run_chatd({"admin", "bans", "--json", "--admin", admin_of(host.process())});
  CHECK_THAT(listed.out, Contains(R"("user_id":"mallory")") && Contains(R"("reason":"spam"}],"total":1,"most":10000})"));
  admin.unban("mallory");
  CHECK(publish_as(host.address(), mallory, message("mallory", "sorry")).ok());
  CHECK(stream_as(host.address(), mallory, hello("mallory")).ok());
  CHECK(bob.wait_for_contents(3) == std::vector<std::string>{"x", "hi", "sorry"});
  v1::UnbanRequest again;
  again.set_user_id("mallory");
  admin.ask<v1::UnbanReply, v1::UnbanRequest>(&v1::Admin::Stub::Unban, again, StatusCode::NOT_FOUND);
}

TEST_CASE("a kicked token's streams end, the user's other ones do not, and the token may come again") {
  AskingHost host(rules, {admin_on});
  const auto one = as(host.bearer("alice", 1h, jti("t1"))), other = as(host.bearer("alice", 1h, jti("t2")));
  Listener kicked(host.address(), hello("alice"), one);
  Listener stays(host.address(), hello("alice"), other);
  const auto said = run_chatd({"admin", "kick", "--token", "t1", "--admin", admin_of(host.process())});
  CHECK(said.out == "1 stream ended on the host that was asked; the others are told\n");
  CHECK(kicked.wait_end().error_code() == StatusCode::ABORTED);
  CHECK(publish_as(host.address(), one, message("alice", "again")).ok());
  CHECK(stays.wait_for_contents(1) == std::vector<std::string>{"again"});
}

TEST_CASE("a banned token leaves the user's other ones alone, also when a stream has taken such a one") {
  AskingHost host(rules, {admin_on});
  const Operator admin(admin_of(host.process()));
  const auto stolen = as(host.bearer("alice", 1h, jti("t1"))), own = as(host.bearer("alice", 1h, jti("t2")));
  Listener thief(host.address(), hello("alice"), stolen);
  Listener alice(host.address(), hello("alice"), own);
  Listener renewed(host.address(), hello("alice"), stolen);
  REQUIRE(refresh_as(host.address(), own, renewed.initial("chatd-stream")).ok());

  const auto listed = run_chatd({"admin", "sessions", "--admin", admin_of(host.process())});
  CHECK_THAT(listed.out, Contains("  t1  ") && Contains("  t2  "));
  const auto banned = run_chatd({"admin", "ban", "--token", "t1", "--reason", "stolen", "--admin", admin_of(host.process())});
  CHECK(banned.out == "the token t1 is banned for good; 1 stream ended on the host that was asked; the others are told\n");
  CHECK(thief.wait_end().error_message() == "your token is banned: stolen");
  CHECK(publish_as(host.address(), stolen, message("alice", "x")).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(refresh_as(host.address(), stolen, alice.initial("chatd-stream")).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(publish_as(host.address(), own, message("alice", "mine")).ok());
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"mine"});
  CHECK(renewed.wait_for_contents(1) == std::vector<std::string>{"mine"});
  const auto lifted = run_chatd({"admin", "unban", "--token", "t1", "--admin", admin_of(host.process())});
  CHECK(lifted.out == "the token t1 is banned no longer\n");
  CHECK(publish_as(host.address(), stolen, message("alice", "x")).ok());
}

TEST_CASE("a ban ends by itself") {
  AskingHost host(rules, {admin_on});
  const Operator admin(admin_of(host.process()));
  const auto alice = as(host.bearer("alice"));
  const auto banned = run_chatd({"admin", "ban", "--user", "alice", "--for", "2s", "--admin", admin_of(host.process())});
  CHECK_THAT(banned.out, Catch::Matchers::StartsWith("the user alice is banned until 2"));
  CHECK(eventually([&] { return publish_as(host.address(), alice, message("alice", "x")).ok(); }));
  CHECK((admin.ask<v1::BansReply, v1::BansRequest>(&v1::Admin::Stub::Bans).total()) == 0);
}

TEST_CASE("where everybody is believed, a ban is of the name") {
  HostProcess host({.set = {admin_on, "plugins.load=identity,memory"}});
  const Operator admin(admin_of(host));
  Listener mallory(host.address(), hello("mallory"));
  CHECK(admin.ban("mallory") == 1);
  CHECK(mallory.wait_end().error_message() == "you are banned");
  CHECK(stream_as(host.address(), {}, hello("mallory")).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(publish_as(host.address(), {}, message("mallory", "x")).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(publish_as(host.address(), {}, message("alice", "x")).ok());
}

TEST_CASE("a client that reads nothing is put out, too") {
  HostProcess host({.set = {admin_on}});
  const Operator admin(admin_of(host));
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  grpc::ClientContext stuck;
  const auto reader = stub->CreateStream(&stuck, hello("stuck"));
  reader->WaitForInitialMetadata();
  Chatter chatter(host.address());
  for (int i = 0; i < 100; ++i) chatter.say("bob", std::string(60'000, 'x'));
  CHECK(admin.ban("stuck") == 1);
  CHECK(eventually([&] { return admin.status().streams() == 0; }));
}

TEST_CASE("orders that are none are refused with the reason") {
  HostProcess host({.set = {admin_on, "admin.bans=1"}});
  const Operator admin(admin_of(host));
  const auto refused = [&](const v1::BanRequest& request, StatusCode code) {
    v1::BanReply reply;
    const auto status = admin.call(&v1::Admin::Stub::Ban, request, reply);
    CHECK(status.error_code() == code);
    return status.error_message();
  };
  v1::BanRequest request;
  CHECK(refused(request, StatusCode::INVALID_ARGUMENT) == "BanRequest names nobody; it takes a user_id or a token_id");
  request.set_user_id("a\nb");
  CHECK(refused(request, StatusCode::INVALID_ARGUMENT) == "BanRequest.user_id has a control character");
  request.set_user_id("alice");
  request.set_reason(std::string(513, 'x'));
  CHECK(refused(request, StatusCode::INVALID_ARGUMENT) == "BanRequest.reason has 513 bytes; it takes 512");
  request.set_reason("");
  request.mutable_lasts()->set_seconds(-1);
  CHECK_THAT(refused(request, StatusCode::INVALID_ARGUMENT), Catch::Matchers::StartsWith("BanRequest.lasts is -1 s"));
  admin.ban("bob");
  request.clear_lasts();
  CHECK_THAT(refused(request, StatusCode::RESOURCE_EXHAUSTED), Contains("this host keeps 1 bans (admin.bans)"));

  CHECK(run_chatd({"admin", "ban"}).status == 2);
  CHECK(run_chatd({"admin", "ban", "--user", "a", "--token", "b"}).status == 2);
  CHECK(run_chatd({"admin", "ban", "--user", "a", "--for", "soon"}).status == 2);
  CHECK(run_chatd({"admin", "kick", "--connection", "0"}).status == 2);
  CHECK(run_chatd({"admin", "kick", "--user", "a", "--connection", "1"}).status == 2);
  const auto nobody = run_chatd({"admin", "kick", "--connection", "99", "--admin", admin_of(host)});
  CHECK(nobody.status == 1);
  CHECK_THAT(nobody.err, Contains("has no stream 99"));
}

TEST_CASE("an order that the broker does not take is told, and a ban is in force here all the same") {
  HostProcess host({.set = {admin_on, "plugins.memory.inject_unready_ms=600000"}});
  const Operator admin(admin_of(host));
  v1::BanRequest request;
  request.set_user_id("mallory");
  v1::BanReply reply;
  const auto status = admin.call(&v1::Admin::Stub::Ban, request, reply);
  CHECK(status.error_code() == StatusCode::ABORTED);
  CHECK_THAT(status.error_message(), Contains("the ban is in force here, but not on the other hosts"));
  CHECK(publish_as(host.address(), {}, message("mallory", "x")).error_message() == "you are banned");
  CHECK((admin.ask<v1::BansReply, v1::BansRequest>(&v1::Admin::Stub::Bans).total()) == 1);
}
