// Coming back: tokens, what was missed, and history, as clients see them on the wire. The restart of a host in its place is the
// business of tests/integration/client, hosts that share a log of tests/kafka.
#include "catch.hpp"
#include "listener.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

namespace {

chat::Connect resume(const std::string& user, const std::string& room, const std::string& token) {
  auto request = hello(user);
  auto& one = *request.add_resume();
  one.set_room(room);
  one.set_token(token);
  return request;
}

std::vector<std::string> contents(const std::vector<chat::Message>& messages) {
  std::vector<std::string> all;
  for (const auto& message : messages) all.push_back(message.kind() == chat::Message::MESSAGE ? message.content() : "(notice)");
  return all;
}

chat::HistoryReply history(Chatter& chatter, const chat::HistoryRequest& request, grpc::Status* status = nullptr) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  chat::HistoryReply reply;
  const auto ended = chatter.stub().History(&context, request, &reply);
  if (status)
    *status = ended;
  else
    REQUIRE(ended.ok());
  return reply;
}

}  // namespace

TEST_CASE("a client that comes back with its token gets what it missed, each message once, then what is live") {
  HostProcess host;
  Chatter chatter(host.address());
  std::string token;
  {
    Listener alice(host.address(), hello("alice", {"red"}));
    for (int i = 0; i < 3; ++i) chatter.say("bob", std::to_string(i), "red");
    const auto got = alice.wait_for(3);
    REQUIRE(got.size() == 3);
    token = got[1].position();
  }
  for (int i = 3; i < 6; ++i) chatter.say("bob", std::to_string(i), "red");
  Listener alice(host.address(), resume("alice", "red", token));
  chatter.say("bob", "live", "red");
  const auto got = alice.wait_for(6);
  CHECK(contents(got) == std::vector<std::string>{"(notice)", "2", "3", "4", "5", "live"});
  CHECK(got.at(0).kind() == chat::Message::SUBSCRIBED);
  CHECK(got.at(0).recovered());
  CHECK(got.at(0).position() == token);
  CHECK(got.at(0).room() == "red");
}

TEST_CASE("a token that is forged, of another room, or none at all ends the stream with INVALID_ARGUMENT") {
  HostProcess host;
  Chatter chatter(host.address());
  std::string token;
  {
    Listener alice(host.address(), hello("alice", {"red"}));
    chatter.say("bob", "x", "red");
    token = alice.wait_for(1).at(0).position();
  }
  std::string forged = token;
  forged[forged.size() / 2] = static_cast<char>(forged[forged.size() / 2] ^ 1);
  for (const auto& [room, bytes] : {std::pair{"red", forged}, {"blue", token}, {"", token}, {"red", std::string("hello")}}) {
    Listener listener(host.address(), resume("alice", room, bytes));
    const auto status = listener.wait_end();
    CHECK(status.error_code() == StatusCode::INVALID_ARGUMENT);
    CHECK(status.error_message() == "Connect.resume of room \"" + std::string(room) +
                                        "\": the token is not one of this room and cluster; go on without it");
  }
  HostProcess other({.set = {"hub.token_key=another key"}});
  Listener listener(other.address(), resume("alice", "red", token));
  CHECK(listener.wait_end().error_code() == StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("history leads back from the newest message to the first, and forward again") {
  HostProcess host({.set = {"hub.ring_messages=8"}});  // most of it comes from the broker
  Chatter chatter(host.address());
  constexpr int count = 25;
  for (int i = 0; i < count; ++i) chatter.say("bob", std::to_string(i), "red");
  chat::HistoryRequest request;
  request.set_room("red");
  request.set_limit(10);
  auto reply = history(chatter, request);
  std::vector<std::string> back;
  for (int page = 0; page < 5; ++page) {
    std::vector<std::string> said;
    for (const auto& message : reply.messages()) said.push_back(message.content());
    back.insert(back.begin(), said.begin(), said.end());
    if (reply.earlier().empty()) break;
    request.set_before(reply.earlier());
    reply = history(chatter, request);
  }
  REQUIRE(back.size() == count);
  for (int i = 0; i < count; ++i) CHECK(back[static_cast<std::size_t>(i)] == std::to_string(i));

  request.set_after(reply.messages(0).position());  // after the first
  reply = history(chatter, request);
  REQUIRE(reply.messages_size() == 10);
  CHECK(reply.messages(0).content() == "1");
  CHECK(reply.messages(9).content() == "10");
  CHECK(reply.complete());
}

TEST_CASE("a request for history that is wrong is refused, and one for a room of which nothing is known is empty") {
  HostProcess host;
  Chatter chatter(host.address());
  chat::HistoryRequest request;
  grpc::Status status;
  request.set_limit(1'001);
  (void)history(chatter, request, &status);
  CHECK(status.error_code() == StatusCode::INVALID_ARGUMENT);
  CHECK(status.error_message() == "HistoryRequest.limit is 1001; it takes 0 to 1000 (limits.history_messages)");
  request.set_limit(5);
  request.set_before("hello");
  (void)history(chatter, request, &status);
  CHECK(status.error_message() == "HistoryRequest.before: the token is not one of this room and cluster; go on without it");
  request.clear_before();
  request.set_room("nobody was ever here");
  const auto reply = history(chatter, request);
  CHECK(reply.messages_size() == 0);
  CHECK(reply.complete());
}

TEST_CASE("a new member gets the last messages of its room before what is live") {
  HostProcess host;
  Chatter chatter(host.address());
  for (int i = 0; i < 5; ++i) chatter.say("bob", std::to_string(i), "red");
  auto request = hello("alice", {"red"});
  request.set_history(2);
  Listener alice(host.address(), request);
  chatter.say("bob", "live", "red");
  CHECK(alice.wait_for_contents(3) == std::vector<std::string>{"3", "4", "live"});
}
