// Orders of operators, followed by all hosts of a cluster.
#include <csignal>
#include <memory>

#include "caller.hpp"
#include "catch.hpp"
#include "chat.hpp"
#include "operator.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

std::unique_ptr<HostProcess> start(const Chat& chat, const std::string& id) {
  return chat.host({"host.server_id=" + id, admin_on});
}

// What a publish of this user is answered, once it is this; else what it is at the end.
StatusCode answered(const HostProcess& host, const std::string& user, StatusCode expected) {
  StatusCode last = StatusCode::OK;
  (void)eventually([&] { return (last = publish_as(host.address(), {}, message(user, "x")).error_code()) == expected; });
  return last;
}

}  // namespace

TEST_CASE("a ban on one host is followed by the others, by one that starts later, and by all when all were gone") {
  const Chat chat;
  auto a = start(chat, "a");
  const auto b = start(chat, "b"), c = start(chat, "c");
  Listener on_a(a->address(), hello("mallory")), on_b(b->address(), hello("mallory")), on_c(c->address(), hello("mallory"));
  Listener bob(c->address(), hello("bob"));
  Operator(admin_of(*b)).ban("mallory", "spam");
  for (auto* stream : {&on_a, &on_b, &on_c}) {
    const auto status = stream->wait_end();
    CHECK(status.error_code() == StatusCode::PERMISSION_DENIED);
    CHECK(status.error_message() == "you are banned: spam");
  }
  for (const auto* host : {a.get(), b.get(), c.get()}) {
    CHECK(publish_as(host->address(), {}, message("mallory", "x")).error_code() == StatusCode::PERMISSION_DENIED);
  }
  CHECK(publish_as(a->address(), {}, message("alice", "hi")).ok());
  CHECK(bob.wait_for_contents(1) == std::vector<std::string>{"hi"});

  const auto d = start(chat, "d");
  CHECK(publish_as(d->address(), {}, message("mallory", "x")).error_code() == StatusCode::PERMISSION_DENIED);
  Operator(admin_of(*d)).ban("oscar");
  CHECK(answered(*a, "oscar", StatusCode::PERMISSION_DENIED) == StatusCode::PERMISSION_DENIED);
  Operator(admin_of(*a)).unban("oscar");
  for (const auto* host : {a.get(), b.get(), c.get(), d.get()}) CHECK(answered(*host, "oscar", StatusCode::OK) == StatusCode::OK);

  for (const auto* host : {a.get(), b.get(), c.get(), d.get()}) host->signal(SIGKILL);
  for (auto* host : {a.get(), b.get(), c.get(), d.get()}) CHECK(host->wait() == 128 + SIGKILL);
  a = start(chat, "a");
  CHECK(publish_as(a->address(), {}, message("mallory", "x")).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(publish_as(a->address(), {}, message("oscar", "x")).ok());
}

TEST_CASE("a kick reaches a user's streams on all hosts, and a connection on the host that it is with") {
  const Chat chat;
  const auto a = start(chat, "a"), b = start(chat, "b");
  Listener phone(a->address(), hello("alice")), desk(b->address(), hello("alice")), bob(b->address(), hello("bob"));
  const Operator at_a(admin_of(*a)), at_b(admin_of(*b));
  v1::SessionsRequest bobs;
  bobs.set_user_id("bob");
  const auto sessions = at_b.ask<v1::SessionsReply, v1::SessionsRequest>(&v1::Admin::Stub::Sessions, bobs);
  REQUIRE(sessions.sessions_size() == 1);

  v1::KickRequest all;
  all.set_user_id("alice");
  CHECK(at_a.kick(all) == 1);
  CHECK(phone.wait_end().error_code() == StatusCode::ABORTED);
  CHECK(desk.wait_end().error_code() == StatusCode::ABORTED);

  v1::KickRequest one;
  one.mutable_connection()->set_server_id("b");
  one.mutable_connection()->set_connection_id(sessions.sessions(0).connection_id());
  one.set_reason("go home");
  CHECK(at_a.kick(one) == 0);
  CHECK(bob.wait_end().error_message() == "an operator ended this stream: go home");
}
