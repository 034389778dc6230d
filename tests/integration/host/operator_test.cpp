// An admin service that other machines reach: who asks it is asked who they are.
#include "operator.hpp"

#include <fstream>

#include "caller.hpp"
#include "catch.hpp"
#include "tokens.hpp"

using namespace chatd::testing;
using Catch::Matchers::Contains;
using chatd::identity::test::write_file;
using grpc::StatusCode;

namespace {

const std::string rules = R"(["everyone: join publish history in lobby", "role operator: admin", "user bob: admin"])";
const std::string everywhere = "admin.listen=0.0.0.0:0";
const std::string operators_role = R"(,"roles":["operator"])";

std::string here(const HostProcess& host) {
  const auto address = admin_of(host);
  return "127.0.0.1" + address.substr(address.rfind(':'));
}

grpc::Status status_of(const Operator& by) {
  v1::StatusReply reply;
  return by.call(&v1::Admin::Stub::Status, v1::StatusRequest{}, reply);
}

}  // namespace

TEST_CASE("elsewhere than on loopback each call of the admin service needs somebody who may administer") {
  AskingHost host(rules, {everywhere});
  const auto address = here(host.process());
  const auto nobody = status_of(Operator(address));
  CHECK(nobody.error_code() == StatusCode::UNAUTHENTICATED);
  CHECK_THAT(nobody.error_message(), Contains("has to know who you are"));
  CHECK(status_of(Operator(address, "Bearer x.y.z")).error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(status_of(Operator(address, basic("bob", "wrong"))).error_code() == StatusCode::UNAUTHENTICATED);
  const auto alice = status_of(Operator(address, host.bearer("alice")));
  CHECK(alice.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(alice.error_message() == "you may not administer this server");
  CHECK(status_of(Operator(address, host.bearer("alice", 1h, operators_role))).ok());
  CHECK(status_of(Operator(address, basic("bob", "pw"))).ok());

  // None of the others either; a Drain that is refused drains nothing.
  const Operator stranger(address, host.bearer("alice"));
  v1::DrainReply drained;
  CHECK(stranger.call(&v1::Admin::Stub::Drain, v1::DrainRequest{}, drained).error_code() == StatusCode::PERMISSION_DENIED);
  v1::BanRequest ban;
  ban.set_user_id("bob");
  v1::BanReply banned;
  CHECK(stranger.call(&v1::Admin::Stub::Ban, ban, banned).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(publish_as(host.address(), as(basic("bob", "pw")), message("bob", "hi")).ok());
  CHECK_FALSE(Operator(address, basic("bob", "pw")).status().draining());
}

TEST_CASE("who may administer does so at the operators' address only, and does not chat there") {
  AskingHost host(rules, {everywhere});
  const auto bob = basic("bob", "pw");
  CHECK(status_of(Operator(here(host.process()), bob)).ok());
  CHECK(status_of(Operator(host.address(), bob)).error_code() == StatusCode::UNIMPLEMENTED);
  const auto at_admin = publish_as(here(host.process()), as(bob), message("bob", "hi"));
  CHECK(at_admin.error_code() == StatusCode::UNIMPLEMENTED);
  CHECK_THAT(at_admin.error_message(), Contains("this address is for operators"));
  CHECK(stream_as(here(host.process()), as(bob), hello("bob")).error_code() == StatusCode::UNIMPLEMENTED);
  CHECK(publish_as(host.address(), as(bob), message("bob", "hi")).ok());
}

TEST_CASE("commands show a token, or a name and a password, from files") {
  AskingHost host(rules, {everywhere});
  const TempFolder folder;
  const auto file = [&](const std::string& name, const std::string& text) {
    write_file(folder.path() / name, text);
    return (folder.path() / name).string();
  };
  const auto secret = host.bearer("alice", 1h, operators_role).substr(7);
  const auto token = file("token", secret + "\n");
  const auto password = file("password", "pw\n");
  const std::vector<std::string> at{"--admin", here(host.process())};
  const auto command = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), at.begin(), at.end());
    return run_chatd(arguments);
  };
  CHECK(command({"admin", "status", "--token-file", token}).status == 0);
  CHECK(command({"admin", "bans", "--login", "bob", "--password-file", password}).status == 0);
  CHECK(command({"admin", "kick", "--user", "carol", "--token-file", token}).out ==
        "0 streams ended on the host that was asked; the others are told\n");
  CHECK(host.process().says("the operator \"alice\" kicked the user \"carol\""));

  const auto nothing = command({"admin", "status"});
  CHECK(nothing.status == 1);
  CHECK_THAT(nothing.err, Contains("--token-file"));
  const auto wrong = command({"admin", "status", "--login", "bob", "--password-file", token});
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err, Contains("name or the password is wrong"));
  const auto missing = command({"admin", "status", "--token-file", token + "x"});
  CHECK(missing.status == 1);
  CHECK_THAT(missing.err, Contains("cannot read a line of " + token + "x"));
  CHECK(command({"admin", "status", "--login", "bob"}).status == 2);
  CHECK(command({"admin", "status", "--token-file", token, "--login", "bob", "--password-file", password}).status == 2);
  for (const auto& said : {nothing.err, wrong.err, host.process().log()}) {
    CHECK(said.find(secret) == std::string::npos);
    CHECK(said.find(basic("bob", "pw").substr(6)) == std::string::npos);
  }
}

TEST_CASE("an operator who is banned is none") {
  AskingHost host(rules, {everywhere});
  const Operator bob(here(host.process()), basic("bob", "pw"));
  const Operator alice(here(host.process()), host.bearer("alice", 1h, operators_role));
  alice.ban("bob");
  const auto refused = status_of(bob);
  CHECK(refused.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(refused.error_message() == "you are banned");
  alice.unban("bob");
  CHECK(status_of(bob).ok());
}

TEST_CASE("an admin service that other machines reach needs a plugin that asks who they are") {
  for (const auto& set : {std::vector<std::string>{"plugins.load=memory"}, {"plugins.load=identity,memory"}}) {
    std::vector<std::string> arguments{"check", "--set", "admin.listen=0.0.0.0:8091"};
    for (const auto& one : set) arguments.insert(arguments.end(), {"--set", one});
    const auto checked = run_chatd(arguments);
    CHECK(checked.status == 2);
    CHECK_THAT(checked.err,
               Contains("--set admin.listen: \"listen\" in [admin] is \"0.0.0.0:8091\", which other machines may reach") &&
                   Contains("1 problem in the configuration"));
  }
}
