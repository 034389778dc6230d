// The client library and a host that asks who its clients are: tokens that end, and newer ones.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "caller.hpp"
#include "catch.hpp"
#include "chatd/client/client.hpp"
#include "notes.hpp"
#include "operator.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace chatd::testing;

namespace {

const std::string rules = R"(["everyone: join publish history in *"])";

std::string token(const AskingHost& host, const std::string& user, std::chrono::seconds lasts) {
  return host.bearer(user, lasts).substr(7);
}

}  // namespace

TEST_CASE("client: a client with a token talks, and one without is told") {
  AskingHost host(rules);
  const auto alice = *Client::open({.target = host.address(), .user = {"alice", "Alice"}, .token = token(host, "alice", 1h)});
  Notes notes;
  const auto heard = alice->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  CHECK(alice->publish({.room = {}, .content = "hi", .message_id = {}}).has_value());
  CHECK(notes.wait_for("/hi"));
  CHECK(alice->history({}).has_value());

  const auto nobody = *Client::open({.target = host.address(), .user = {"alice", "Alice"}});
  const auto refused = nobody->publish({.room = {}, .content = "x", .message_id = {}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == sdk::Code::unauthenticated);
  CHECK(nobody->history({}).error().code == sdk::Code::unauthenticated);
  Notes unheard;
  const auto none = nobody->subscribe({}, unheard);
  CHECK(unheard.wait_for_ended());
}

TEST_CASE("client: a stream goes on without a break while newer tokens come") {
  AskingHost host(rules, {"plugins.identity.jwt_grace_ms=0"});
  const auto alice = *Client::open(
      {.target = host.address(), .user = {"alice", "Alice"}, .new_token = [&] { return token(host, "alice", 15s) + "\n"; }});
  Notes notes, until_then;
  const auto heard = alice->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  const auto witness = *Client::open({.target = host.address(), .user = {"bob", "Bob"}, .token = token(host, "bob", 15s)});
  const auto witnessed = witness->subscribe({}, until_then);
  REQUIRE(until_then.wait_for("connected"));
  REQUIRE(until_then.wait_for_ended());  // so would the other have, by its first token
  CHECK(publish_as(host.address(), as(host.bearer("bob")), message("bob", "still there?")).ok());
  CHECK(notes.wait_for("/still there?"));
  CHECK(notes.count("lost") == 0);
  CHECK(notes.count("again") == 0);
}

TEST_CASE("client: a stream whose token ended is opened again with a newer one, and nothing is lost") {
  AskingHost host(rules, {"plugins.identity.jwt_grace_ms=0"});
  const std::string first = token(host, "alice", 8s), second = token(host, "alice", 1h);
  Notes notes;
  const auto alice = *Client::open({.target = host.address(),
                                    .user = {"alice", "Alice"},
                                    .new_token = [&] { return notes.count("lost") == 0 ? first : second; },
                                    .backoff = {1ms, 50ms}});
  const auto bob = *Client::open({.target = host.address(), .user = {"bob", "Bob"}, .token = token(host, "bob", 1h)});
  const auto heard = alice->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  std::vector<std::string> said;
  const auto say = [&] {
    said.push_back("/" + std::to_string(said.size()));
    return bob->publish({.room = {}, .content = said.back().substr(1), .message_id = {}}).has_value();
  };
  REQUIRE(eventually([&] { return say() && notes.count("again") > 0; }));
  REQUIRE(say());
  CHECK(notes.wait_for(said.back()));
  CHECK(notes.messages() == said);
}

TEST_CASE("client: a token that ended, and of which there is no newer one, ends the stream for good") {
  AskingHost host(rules, {"plugins.identity.jwt_grace_ms=0"});
  const std::string only = token(host, "alice", 8s);
  const auto alice = *Client::open(
      {.target = host.address(), .user = {"alice", "Alice"}, .new_token = [&] { return only; }, .backoff = {1ms, 50ms}});
  Notes notes;
  const auto heard = alice->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  CHECK(notes.wait_for_ended());
  CHECK(notes.count("again") == 0);
}

TEST_CASE("client: one that is kicked comes back and misses nothing, and one that is banned stays away") {
  AskingHost host(rules, {admin_on});
  const Operator admin(admin_of(host.process()));
  const auto alice = *Client::open(
      {.target = host.address(), .user = {"alice", "Alice"}, .token = token(host, "alice", 1h), .backoff = {1ms, 50ms}});
  Notes notes;
  const auto heard = alice->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  const auto bob = as(host.bearer("bob"));
  REQUIRE(publish_as(host.address(), bob, message("bob", "one")).ok());
  REQUIRE(notes.wait_for("/one"));
  v1::KickRequest kick;
  kick.set_user_id("alice");
  CHECK(admin.kick(kick) == 1);
  CHECK(publish_as(host.address(), bob, message("bob", "two")).ok());
  CHECK(notes.wait_for("again"));
  CHECK(notes.wait_for("/two"));
  CHECK(notes.messages() == std::vector<std::string>{"/one", "/two"});

  admin.ban("alice", "spam");
  CHECK(notes.wait_for("ended: you are banned: spam"));
  CHECK(alice->publish({.room = {}, .content = "x", .message_id = {}}).error().code == sdk::Code::permission_denied);
  CHECK(notes.count("again") == 1);
}
