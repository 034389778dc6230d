// `chat` in a terminal, and servers that refuse, go, come back, or are old.
#include "alice.hpp"

using namespace chatd::client;

TEST_CASE("a server that cannot be reached is found when it comes") {
  FakeServer server;
  server.stop();
  Child chat(terminal, alice(server));
  REQUIRE(chat.complains("Failed to connect to server: cannot reach " + server.target()));
  server.start();
  REQUIRE(chat.complains("Connected to server as user: alice"));
}

TEST_CASE("a server that refuses again and again for now is said once") {
  FakeServer server;
  server.refuse_streams({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many"});
  Child chat(terminal, alice(server));
  REQUIRE(server.wait_for_opened(4));
  server.refuse_streams(grpc::Status::OK);
  REQUIRE(chat.complains("Connected to server as user: alice"));
  CHECK(count(chat.output(), "Failed to connect to server: " + server.target() +
                                 " refused the stream: RESOURCE_EXHAUSTED: too many; trying again\r\n") == 1);
}

TEST_CASE("a server that goes and comes back is said once each, and sending works again") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("half");
  REQUIRE(chat.prints("half"));
  server.stop();
  REQUIRE(chat.complains("Connection to server lost: "));
  REQUIRE(chat.prints("; trying again\r\n" + prompt + "half"));
  server.start();
  REQUIRE(chat.complains("Connected to server as user: alice\r\n" + prompt + "half"));
  chat.type(" a line\r");
  CHECK(chat.prints("✓ [12:34:56] You: half a line"));
  CHECK(count(chat.output(), "lost") == 1);
}

TEST_CASE("a server that refuses ends it") {
  FakeServer server;
  server.refuse_streams({grpc::StatusCode::PERMISSION_DENIED, "no entry"});
  const auto on = GENERATE(terminal, pipes);
  Child chat(on, alice(server));
  CHECK(chat.complains("Failed to connect to server: " + server.target() + " refused the stream: PERMISSION_DENIED: no entry"));
  CHECK(chat.wait() == 1);
  CHECK(count(chat.output() + chat.errors(), "Connected") == 0);
}

TEST_CASE("an old server, which says nothing before the first message, holds nobody up") {
  FakeServer server;
  server.be_old();
  Child chat(terminal, alice(server));
  REQUIRE(chat.prints(prompt));
  chat.type("hello\r");
  REQUIRE(server.wait_for_published(1));
  REQUIRE(chat.complains("Connected to server as user: alice"));
  REQUIRE(server.wait_for_streams(1));  // the connection was there first
  server.send("bob", "hi");
  CHECK(chat.prints("📩 [12:34:56] bob: hi"));
}

TEST_CASE("what was said during a break is shown after it") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  server.send("bob", "before");
  REQUIRE(chat.prints("bob: before\r\n" + prompt));
  server.stop();
  REQUIRE(chat.complains("Connection to server lost: "));
  server.note("bob", "meanwhile");
  server.start();
  CHECK(chat.complains("Connected to server as user: alice\r\n" + prompt));
  CHECK(chat.prints(erase + "📩 [12:34:56] bob: meanwhile\r\n" + prompt));
  REQUIRE(server.wait_for_streams(1));
  server.send("bob", "after");
  CHECK(chat.prints("bob: after\r\n" + prompt));
  CHECK(count(chat.output(), "bob: before") == 1);
  CHECK(count(chat.output(), "missing") == 0);
}

TEST_CASE("of an old server it is said that a break loses messages") {
  FakeServer server;
  server.be_old();
  Child chat(terminal, alice(server));
  REQUIRE(chat.complains("Connected to server as user: alice"));
  REQUIRE(server.wait_for_streams(1));
  server.end_streams({grpc::StatusCode::UNAVAILABLE, "gone"});
  CHECK(chat.complains("; trying again (what is said meanwhile is not shown)\r\n"));
  CHECK(chat.complains("Connected to server as user: alice"));
}

TEST_CASE("messages that are known to be missing are said") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  server.tell_gap("", 12);
  CHECK(chat.complains(erase + "— 12 messages are missing: this connection was too slow —\r\n" + prompt));
  chat.type("/join games\r");
  REQUIRE(server.wait_for_streams(2));
  server.send("bob", "before", "games");
  REQUIRE(chat.prints("bob: before"));
  server.stop();
  REQUIRE(chat.complains("Connection to server lost: "));
  server.note("bob", "meanwhile", "games");
  server.log()->truncate();
  server.start();
  CHECK(chat.complains("— #games: at most 1 message is missing: the server no longer has them —\r\n"));
  CHECK(count(chat.output(), "meanwhile") == 0);
}

TEST_CASE("a server that is going hands a person on without a word") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  server.tell_to_move();
  server.note("bob", "in between");
  CHECK(chat.prints(erase + "📩 [12:34:56] bob: in between\r\n" + prompt));
  CHECK(server.connects().size() == 2);
  CHECK(count(chat.output(), "lost") == 0);
  CHECK(count(chat.output(), "Connected") == 1);
}
