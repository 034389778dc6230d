// Publishing: answers, and what is tried again.
#include <future>
#include <set>
#include <string>

#include "catch.hpp"
#include "fake_server.hpp"
#include "notes.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace std::chrono_literals;

namespace {

const Draft hello{.room = {}, .content = "hello", .message_id = {}};

// After this the client knows that the server is chatd.
void introduce(Client& client) { REQUIRE(client.publish(hello)); }

// By a caller that waits, or by one that does not.
sdk::Result<Receipt> publish(Client& client, bool waits, const Draft& draft = hello) {
  if (waits) return client.publish(draft);
  std::promise<sdk::Result<Receipt>> answer;
  client.publish(draft, [&](auto result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

std::set<std::string> ids(FakeServer& server) {
  std::set<std::string> out;
  for (const auto& message : server.published()) out.insert(message.message_id());
  return out;
}

}  // namespace

TEST_CASE("a publish is answered with the receipt, and says who sent it") {
  FakeServer server;
  const auto client = open(options(server));
  const auto receipt = client->publish({.room = "games", .content = "hello", .message_id = "m1"});
  REQUIRE(receipt);
  CHECK(receipt->message_id == "m1");
  REQUIRE(receipt->position);
  CHECK(receipt->position->topic == "chatting");
  CHECK(receipt->position->partition == 1);
  CHECK(receipt->position->offset == 127);

  const auto sent = server.published().at(0);
  CHECK(sent.id() == "alice");
  CHECK(sent.room() == "games");
  CHECK(sent.content() == "hello");
  CHECK_FALSE(sent.has_timestamp());  // the server's time counts
}

TEST_CASE("an old server's empty answer is a receipt without a position") {
  FakeServer server;
  server.be_old();
  const auto receipt = open(options(server))->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE(receipt);
  CHECK_FALSE(receipt->position);
}

TEST_CASE("a publish that fails says which server, and why") {
  FakeServer server;
  server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full"});
  const auto client = open(options(server));
  const auto full = client->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE_FALSE(full);
  CHECK(full.error().code == sdk::Code::resource_exhausted);
  CHECK(full.error().retryable);
  CHECK(full.error().text == server.target() + " did not take the message: RESOURCE_EXHAUSTED: the queue is full");

  const auto binary = client->publish({.room = {}, .content = "\xff", .message_id = {}});
  REQUIRE_FALSE(binary);
  CHECK(binary.error().code == sdk::Code::invalid_argument);
  CHECK(server.published().size() == 1);
}

TEST_CASE("a publish to nobody fails at once, and one that is not answered fails at its deadline") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_timeout = 100ms;
  const auto client = open(chosen);
  server.hold_publishes(true);
  const auto late = client->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == sdk::Code::deadline_exceeded);

  server.hold_publishes(false);
  server.stop();
  chosen.publish_timeout = 1h;
  const auto nobody = open(chosen)->publish({.room = {}, .content = "hello", .message_id = {}});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == sdk::Code::unavailable);
}

TEST_CASE("an asynchronous publish is answered, and one under way when the client goes is answered as cancelled") {
  FakeServer server;
  auto client = open(options(server));
  std::promise<sdk::Result<Receipt>> first;
  client->publish({.room = {}, .content = "one", .message_id = {}}, [&](auto result) { first.set_value(std::move(result)); });
  CHECK(first.get_future().get());

  server.hold_publishes(true);
  std::promise<sdk::Result<Receipt>> second;
  client->publish({.room = {}, .content = "two", .message_id = {}}, [&](auto result) { second.set_value(std::move(result)); });
  REQUIRE(server.wait_for_published(2));
  client.reset();
  const auto cancelled = second.get_future().get();
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().code == sdk::Code::cancelled);
}

TEST_CASE("every message has an id of its own, over clients, too") {
  FakeServer server;
  const auto first = open(options(server)), second = open(options(server));  // of the same seed
  for (const auto* client : {&first, &second})
    for (int i = 0; i < 3; ++i) REQUIRE((*client)->publish(hello));
  CHECK(ids(server).size() == 6);
  CHECK_FALSE(ids(server).contains(""));
}

TEST_CASE("a publish that failed for now is tried again with the same id") {
  using enum grpc::StatusCode;
  FakeServer server;
  const auto code = GENERATE(UNAVAILABLE, UNKNOWN, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED);
  const bool waits = GENERATE(true, false);
  const auto client = open(options(server));
  introduce(*client);
  server.refuse_publishes({code, "not now"}, {}, 2);
  const auto receipt = publish(*client, waits);
  REQUIRE(receipt);
  const auto sent = server.published();
  REQUIRE(sent.size() == 4);
  CHECK(sent[1].message_id() == receipt->message_id);
  CHECK(sent[2].message_id() == receipt->message_id);
  CHECK(sent[3].message_id() == receipt->message_id);
  CHECK(ids(server).size() == 2);
}

TEST_CASE("the sender's own id is kept over the tries") {
  FakeServer server;
  const auto client = open(options(server));
  introduce(*client);
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, ""}, {}, 1);
  REQUIRE(client->publish({.room = {}, .content = "hello", .message_id = "mine"}));
  CHECK(server.published().at(1).message_id() == "mine");
  CHECK(server.published().at(2).message_id() == "mine");
}

TEST_CASE("a stream shows that the server is chatd, as an answer does") {
  FakeServer server;
  const auto client = open(options(server));
  Notes notes;
  const auto subscription = client->subscribe({}, notes);
  REQUIRE(notes.wait_for("connected"));
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, ""}, {}, 1);
  CHECK(client->publish(hello));
  CHECK(server.published().size() == 2);
}

TEST_CASE("nothing is tried twice towards a server that is not known to be chatd") {
  FakeServer server;
  const auto client = open(options(server));
  SECTION("nothing is known") {}
  SECTION("an old server") {
    server.be_old();
    Notes notes;
    const auto subscription = client->subscribe({}, notes);
    REQUIRE(notes.wait_for("connected"));
    introduce(*client);
  }
  SECTION("an old server took chatd's place") {
    introduce(*client);
    server.be_old();
    introduce(*client);
  }
  const auto before = server.published().size();
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, "gone"}, {}, 1);
  const auto failed = client->publish(hello);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text == server.target() + " did not take the message: UNAVAILABLE: gone");
  CHECK(server.published().size() == before + 1);
}

TEST_CASE("what the same publish would meet again is not tried again") {
  using enum grpc::StatusCode;
  FakeServer server;
  const auto code = GENERATE(INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION);
  const auto client = open(options(server));
  introduce(*client);
  server.refuse_publishes({code, "no"});
  REQUIRE_FALSE(client->publish(hello));
  CHECK(server.published().size() == 2);
}

TEST_CASE("there are no more tries than are allowed, and the error counts them") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_tries = 3;
  const auto client = open(chosen);
  introduce(*client);
  server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "full"});
  const auto failed = publish(*client, GENERATE(true, false));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text == server.target() + " did not take the message: RESOURCE_EXHAUSTED: full (after 3 tries)");
  CHECK(server.published().size() == 4);
}

TEST_CASE("without a number the tries last as long as the time that a publish has") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_timeout = 200ms;
  const auto client = open(chosen);
  introduce(*client);
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, "gone"});
  const auto failed = client->publish(hello);
  REQUIRE_FALSE(failed);
  CHECK(server.published().size() > 3);
}

TEST_CASE("the server says when to come again, and its word goes before the back-off") {
  FakeServer server;
  auto chosen = options(server);
  const bool waits = GENERATE(true, false);
  SECTION("sooner than the back-off") {
    chosen.backoff = {1h, 1h};
    chosen.publish_timeout = 2min;
    const auto client = open(chosen);
    introduce(*client);
    server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "full"}, "1", 1);
    CHECK(publish(*client, waits));
    CHECK(server.published().size() == 3);
  }
  SECTION("later than the publish has time, never, or in words that are none") {
    const auto* pushback = GENERATE("600000", "-1", "soon", "99999999999999999999");
    chosen.publish_timeout = 1min;
    const auto client = open(chosen);
    introduce(*client);
    server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "full"}, pushback);
    CHECK_FALSE(publish(*client, waits));
    CHECK(server.published().size() == 2);
  }
}

TEST_CASE("a try that is not answered is given up for another") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_try_timeout = 50ms;
  const auto client = open(chosen);
  introduce(*client);
  server.hold_publishes(true);
  std::promise<sdk::Result<Receipt>> answer;
  client->publish(hello, [&](auto result) { answer.set_value(std::move(result)); });
  REQUIRE(server.wait_for_published(3));
  server.hold_publishes(false);
  CHECK(answer.get_future().get());
  CHECK(ids(server).size() == 2);
}

TEST_CASE("a refusal after a try of which nothing is known does not say that the message was not taken") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_tries = 2;
  chosen.publish_try_timeout = 50ms;
  const auto client = open(chosen);
  introduce(*client);
  server.hold_publishes(true);
  std::promise<sdk::Result<Receipt>> answer;
  server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "full"});
  client->publish(hello, [&](auto result) { answer.set_value(std::move(result)); });
  REQUIRE(server.wait_for_published(3));
  server.hold_publishes(false);
  const auto failed = answer.get_future().get();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == sdk::Code::deadline_exceeded);
}

TEST_CASE("a publish that waits for its next try is answered as cancelled when the client goes") {
  FakeServer server;
  auto chosen = options(server);
  chosen.publish_timeout = 1h;
  auto client = open(chosen);
  introduce(*client);
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, ""}, "600000");
  std::promise<sdk::Result<Receipt>> answer;
  client->publish(hello, [&](auto result) { answer.set_value(std::move(result)); });
  REQUIRE(server.wait_for_published(2));
  client.reset();
  const auto cancelled = answer.get_future().get();
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().code == sdk::Code::cancelled);
}

TEST_CASE("a publish finds the next host when the one it knows is gone") {
  FakeServer first;
  FakeServer second(first.log());
  auto chosen = options(first);
  chosen.target = "ipv4:" + first.target() + "," + second.target();
  const auto client = open(chosen);
  introduce(*client);
  first.stop();
  CHECK(client->publish(hello));
  CHECK(second.published().size() == 1);
}
