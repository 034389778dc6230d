// Who clients are, and what they may do: a host that asks.
#include <csignal>
#include <thread>

#include "caller.hpp"
#include "catch.hpp"
#include "tokens.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

const std::string rules = R"(["everyone: join publish history in lobby", "role member: join publish history in team-*"])";

std::string outcome(const grpc::Status& status) { return status.ok() ? "ok" : status.error_message(); }

chat::HistoryRequest past_of(const std::string& room, const std::string& user = {}) {
  chat::HistoryRequest request;
  request.set_room(room);
  if (!user.empty()) request.mutable_user()->set_id(user);
  return request;
}

}  // namespace

TEST_CASE("clients that show who they are talk as on any host, by token and by password") {
  AskingHost host(rules);
  Listener alice(host.address(), hello("alice"), as(host.bearer("alice")));
  Listener bob(host.address(), hello("bob"), as(basic("bob", "pw")));
  CHECK(alice.initial("chatd-subscribed") == "1");
  CHECK_FALSE(alice.initial("chatd-stream").empty());
  CHECK(std::stoll(alice.initial("chatd-lasts-ms")) > 3'000'000);
  CHECK(bob.initial("chatd-lasts-ms").empty());  // passwords have no end
  CHECK(outcome(publish_as(host.address(), as(host.bearer("alice")), message("alice", "by token"))) == "ok");
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"by token"});
  CHECK(outcome(publish_as(host.address(), as(basic("bob", "pw")), message("bob", "by password"))) == "ok");
  CHECK(alice.wait_for_contents(2) == std::vector<std::string>{"by token", "by password"});
  CHECK(bob.wait_for_contents(2) == std::vector<std::string>{"by token", "by password"});
  CHECK(history_as(host.address(), as(host.bearer("alice")), past_of("")).ok());
  CHECK(host.process().log().find("correct horse") == std::string::npos);
}

TEST_CASE("a host that believes everybody names no streams and asks nobody") {
  HostProcess host({.set = {"plugins.load=identity,memory"}});
  Listener alice(host.address(), hello("alice"));
  CHECK(alice.initial("chatd-subscribed") == "1");
  CHECK(alice.initial("chatd-stream").empty());
  CHECK(publish_as(host.address(), as("Bearer nonsense"), message("anybody", "hi")).ok());
  CHECK(alice.wait_for_count(1));
  CHECK(refresh_as(host.address(), {}, "x/1").error_code() == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("without a token a migrating host believes, and with one it asks") {
  AskingHost host(rules);  // makes the tokens
  HostProcess open({.set = {"plugins.load=identity,memory", "plugins.identity.modes=jwt,open",
                            "plugins.identity.jwt_algorithms=HS256", "plugins.identity.jwt_audience=chat",
                            "plugins.identity.jwt_keys=" + host.folder().string(), "plugins.identity.rules=" + rules}});
  CHECK(publish_as(open.address(), {}, message("anybody", "hi")).ok());
  CHECK(publish_as(open.address(), as(host.bearer("alice")), message("alice", "hi")).ok());
  CHECK(publish_as(open.address(), as(host.bearer("alice")), message("bob", "hi")).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(publish_as(open.address(), as("Bearer x"), message("alice", "hi")).error_code() == StatusCode::UNAUTHENTICATED);
}

TEST_CASE("roles and grants open rooms, and nothing else does") {
  AskingHost host(rules);
  const auto member = as(host.bearer("alice", 1h, R"(,"roles":["member"])"));
  const auto granted = as(host.bearer("bob", 1h, R"(,"grants":[{"rooms":["lounge"],"actions":["join"]}])"));
  CHECK(stream_as(host.address(), member, hello("alice", {"", "team-red"})).ok());
  CHECK(publish_as(host.address(), member, message("alice", "hi", "team-red")).ok());
  CHECK(history_as(host.address(), member, past_of("team-red")).ok());
  CHECK(stream_as(host.address(), granted, hello("bob", {"lounge"})).ok());

  const auto refused = stream_as(host.address(), granted, hello("bob", {"", "team-red"}));
  CHECK(refused.error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(refused.error_message() == "you may not join the room \"team-red\"");
  CHECK(publish_as(host.address(), granted, message("bob", "hi", "lounge")).error_code() == StatusCode::PERMISSION_DENIED);
  auto with_past = hello("bob", {"lounge"});
  with_past.set_history(5);
  CHECK(outcome(stream_as(host.address(), granted, with_past)) == "you may not read the history of the room \"lounge\"");
}

TEST_CASE("a stream ends with its token, and its client is told") {
  AskingHost host(rules, {"plugins.identity.jwt_grace_ms=0"});
  Listener alice(host.address(), hello("alice"), as(host.bearer("alice", 10s)));
  REQUIRE(alice.initial("chatd-subscribed") == "1");
  const auto end = alice.wait_end();
  CHECK(end.error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(end.error_message() ==
        "your credentials have expired, and no newer ones came in time; connect again with such, and resume");
}

TEST_CASE("a stream that is given a newer token goes on without a break") {
  AskingHost host(rules, {"plugins.identity.jwt_grace_ms=0"});
  Listener alice(host.address(), hello("alice"), as(host.bearer("alice", 10s)));
  Listener first_end(host.address(), hello("alice"), as(host.bearer("alice", 10s)));
  const std::string stream = alice.initial("chatd-stream");
  REQUIRE_FALSE(stream.empty());
  chat::RefreshReply reply;
  const auto refreshed = refresh_as(host.address(), as(host.bearer("alice", 1h)), stream, &reply);
  REQUIRE(outcome(refreshed) == "ok");
  CHECK(reply.lasts().seconds() > 3000);
  // The other one shows that the time of the first token is over.
  CHECK(first_end.wait_end().error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(publish_as(host.address(), as(host.bearer("bob")), message("bob", "still there?")).ok());
  CHECK(alice.wait_for_contents(1) == std::vector<std::string>{"still there?"});
}

TEST_CASE("newer credentials are of the same user, and may have the stream's rooms") {
  AskingHost host(rules);
  const std::string member = R"(,"roles":["member"])";
  Listener alice(host.address(), hello("alice", {"team-red"}), as(host.bearer("alice", 1h, member)));
  const std::string stream = alice.initial("chatd-stream");
  const auto refused = [&](const Metadata& metadata, const std::string& name) {
    return refresh_as(host.address(), metadata, name);
  };
  CHECK(refused({}, stream).error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(refused(as(host.bearer("bob", 1h, member)), stream).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(refused(as(host.bearer("alice")), stream).error_code() == StatusCode::PERMISSION_DENIED);
  CHECK(refused(as(host.bearer("alice", 1h, member)), "another-host/1").error_code() == StatusCode::NOT_FOUND);
  CHECK(refused(as(host.bearer("alice", 1h, member)), stream + "0").error_code() == StatusCode::NOT_FOUND);
  CHECK(refused(as(host.bearer("alice", 1h, member)), "").error_code() == StatusCode::NOT_FOUND);
  CHECK(refused(as(host.bearer("alice", 1h, member)), stream).ok());
}

TEST_CASE("a stream whose user may not have its rooms any more ends, and its password holds no longer") {
  AskingHost host(R"(["role member: join publish in *"])");
  Listener alice(host.address(), hello("alice"), as(basic("alice", "correct horse")));
  REQUIRE(alice.initial("chatd-subscribed") == "1");
  chatd::identity::test::write_file(host.folder() / "users", chatd::identity::test::user_line("alice", "another", "member"));
  const auto end = alice.wait_end();
  CHECK(end.error_code() == StatusCode::UNAUTHENTICATED);
  CHECK(end.error_message() == "your password or your roles have changed, or you are no user any more; connect again");
  CHECK(publish_as(host.address(), as(basic("alice", "correct horse")), message("alice", "x")).error_code() ==
        StatusCode::UNAUTHENTICATED);
  CHECK(publish_as(host.address(), as(basic("alice", "another")), message("alice", "x")).ok());
}

TEST_CASE("pipelined publishes whose password is still looked at keep their order") {
  AskingHost host(rules);
  Listener alice(host.address(), hello("alice"), as(host.bearer("alice")));
  const auto channel = connect(host.address());
  // Calls that wait for a connection come in any order.
  REQUIRE(channel->WaitForConnected(std::chrono::system_clock::now() + patience));
  const auto stub = chat::Broadcast::NewStub(channel);
  constexpr int count = 50;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientAsyncResponseReader<chat::Close>>> calls;
  std::vector<chat::Close> answers(count);
  std::vector<grpc::Status> statuses(count);
  grpc::CompletionQueue queue;
  for (int i = 0; i < count; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    contexts.back()->AddMetadata("authorization", basic("bob", "pw"));
    calls.push_back(stub->AsyncBroadcastMessage(contexts.back().get(), message("bob", std::to_string(i)), &queue));
    calls.back()->Finish(&answers[static_cast<std::size_t>(i)], &statuses[static_cast<std::size_t>(i)],
                         &statuses[static_cast<std::size_t>(i)]);
  }
  std::vector<std::string> expected;
  for (int i = 0; i < count; ++i) {
    void* tag = nullptr;
    bool ok = false;
    REQUIRE(queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + patience) == grpc::CompletionQueue::GOT_EVENT);
    expected.push_back(std::to_string(i));
  }
  for (const auto& status : statuses) CHECK(status.ok());
  CHECK(alice.wait_for_contents(count) == expected);
  queue.Shutdown();
}

TEST_CASE("a host that stops answers those whose password was not looked at, and ends") {
  AskingHost host(rules);
  const auto stub = chat::Broadcast::NewStub(connect(host.address()));
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back(
        [&, i] { (void)stream_as(host.address(), as(basic("alice", "wrong " + std::to_string(i))), hello("alice")); });
  host.process().signal(SIGTERM);
  CHECK(host.process().wait() == 0);
}
