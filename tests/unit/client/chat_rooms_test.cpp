// `chat` in a terminal: rooms, and what was said in them before.
#include "alice.hpp"

using namespace chatd::client;

TEST_CASE("rooms are joined, spoken in, listed and left") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("/join #games\r");
  REQUIRE(chat.prints("[alice #games] > "));
  REQUIRE(server.wait_for_streams(2));
  chat.type("hello\r");
  CHECK(chat.prints(erase + "✓ [12:34:56] #games You: hello\r\n[alice #games] > "));
  CHECK(server.published().at(0).room() == "games");
  server.send("bob", "hi", "games");
  CHECK(chat.prints(erase + "📩 [12:34:56] #games bob: hi\r\n[alice #games] > "));
  server.send("carol", "in the lobby");
  CHECK(chat.prints(erase + "📩 [12:34:56] carol: in the lobby\r\n[alice #games] > "));
  chat.type("/rooms\r");
  CHECK(chat.prints("Rooms: lobby #games (current)\r\n[alice #games] > "));
  chat.type("/leave\r");
  CHECK(chat.prints(prompt));
  REQUIRE(server.wait_for_streams(1));
  chat.type("/leave\r");
  CHECK(chat.complains("You are in the lobby; /quit ends the chat\r\n"));
  chat.type("/leave games\r");
  CHECK(chat.complains("You are not in #games; /rooms lists yours\r\n"));
}

TEST_CASE("a room that is refused is said and left, and the lobby stays") {
  FakeServer server;
  server.refuse_room("bad room", {grpc::StatusCode::INVALID_ARGUMENT, "a room's name has no spaces"});
  Child chat(terminal, alice(server, {"--room", "bad room"}));
  REQUIRE(chat.complains("Left #bad room: " + server.target() +
                         " refused the stream: INVALID_ARGUMENT: a room's name has no spaces\r\n" + prompt));
  REQUIRE(server.wait_for_streams(1));
  chat.type("still here\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(server.published().at(0).room().empty());
}

TEST_CASE("a server without rooms is noticed: what is sent to one would go to everybody") {
  FakeServer server;
  server.be_old();
  Child chat(terminal, alice(server, {"--room", "games"}));
  REQUIRE(chat.prints("[alice #games] > "));
  REQUIRE(server.wait_for_streams(2));
  server.send("bob", "hi");
  CHECK(chat.complains("Left #games: this server has no rooms"));
  CHECK(chat.prints(prompt));
  server.send("bob", "bye");
  REQUIRE(chat.prints("📩 [12:34:56] bob: bye"));
  CHECK(count(chat.output(), "bob: hi") == 1);
}

TEST_CASE("a room that is joined shows its last twenty messages") {
  FakeServer server;
  for (int i = 1; i <= 25; ++i) server.note("bob", "number " + std::to_string(i), "games");
  server.note("bob", "in the lobby");
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("/join games\r");
  CHECK(chat.prints(erase + "📩 [12:34:56] #games bob: number 6\r\n[alice #games] > "));
  CHECK(chat.prints("number 25\r\n[alice #games] > "));
  CHECK(count(chat.output(), "number") == 20);
  CHECK(count(chat.output(), "in the lobby") == 0);  // the lobby is not joined, one is there
}

TEST_CASE("/history shows the last messages of the current room") {
  FakeServer server;
  for (int i = 1; i <= 25; ++i) server.note("bob", "number " + std::to_string(i));
  Child chat(terminal, alice(server));
  settle(chat, server);
  SECTION("twenty") {
    chat.type("/history\r");
    CHECK(chat.prints(erase + "— the last 20 messages of the lobby —\r\n" + prompt));
    CHECK(chat.prints(erase + "📩 [12:34:56] bob: number 6\r\n" + prompt));
  }
  SECTION("as many as are wanted") {
    chat.type("/history 2\r");
    CHECK(chat.prints(erase + "— the last 2 messages of the lobby —\r\n" + prompt));
    CHECK(chat.prints(erase + "📩 [12:34:56] bob: number 24\r\n" + prompt));
  }
  SECTION("in as many pages as the server needs for it") {
    server.log()->look_at_most(2);
    chat.type("/history 5\r");
    CHECK(chat.prints(erase + "— the last 5 messages of the lobby —\r\n" + prompt));
    CHECK(chat.prints(erase + "📩 [12:34:56] bob: number 21\r\n" + prompt));
    CHECK(server.asked().size() == 3);
  }
  CHECK(chat.prints("number 25\r\n" + prompt));
}

TEST_CASE("/history says why there is none") {
  FakeServer server;
  SECTION("nothing was said") {
    Child chat(terminal, alice(server));
    settle(chat, server);
    chat.type("/history\r");
    CHECK(chat.prints("— there are no messages of the lobby to show —\r\n"));
  }
  SECTION("an old server, which says nothing of it on /join") {
    server.be_old();
    Child chat(terminal, alice(server));
    REQUIRE(chat.complains("Connected to server as user: alice"));
    chat.type("/history\r");
    CHECK(chat.complains("No history of the lobby: this server keeps none\r\n"));
    chat.type("/join games\r");
    REQUIRE(chat.prints("[alice #games] > "));
    REQUIRE(server.wait_for_streams(2));
    chat.type("x");
    REQUIRE(chat.prints("x"));
    CHECK(count(chat.output(), "istory") == 2);  // typed, and answered
  }
}
