// The program `chat` in a terminal, against a server in this test: what a person sees, byte for byte.
#include <csignal>

#include "catch.hpp"
#include "child.hpp"
#include "fake_server.hpp"

using namespace chatd::client;

namespace {

constexpr auto terminal = Child::On::terminal;
constexpr auto pipes = Child::On::pipes;
const std::string erase = "\r\x1b[K";
const std::string prompt = "[alice] > ";

std::vector<std::string> alice(const FakeServer& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"client", "alice", "--server", server.target()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Ready to be typed at, with its stream held.
void settle(Child& chat, FakeServer& server) {
  REQUIRE(chat.prints("Connected to server as user: alice\r\n" + prompt));
  REQUIRE(server.wait_for_streams(1));
}

}  // namespace

TEST_CASE("a terminal shows the banner and the prompt") {
  FakeServer server;
  Child chat(terminal, alice(server));
  CHECK(
      chat.prints("=== Chat Client Started ===\r\n"
                  "User: alice\r\n"
                  "Server: " +
                  server.target() +
                  "\r\n"
                  "Commands:\r\n"
                  "  Type message and press Enter to send\r\n"
                  "  Type '/quit' or press Ctrl+C to exit\r\n"
                  "===========================\r\n"
                  "\r\n"));
  CHECK(chat.prints(prompt));
  CHECK(chat.complains(erase + "Connected to server as user: alice\r\n" + prompt));
  CHECK(server.connects().at(0).user().name() == "User-alice");
}

TEST_CASE("own messages and others' are shown with their time, over the prompt") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("  hello  \r");
  CHECK(chat.prints("hello"));
  CHECK(chat.prints(erase + "✓ [12:34:56] You: hello\r\n" + prompt));
  CHECK(server.published().at(0).content() == "hello");
  server.send("bob", "hi alice");
  CHECK(chat.prints(erase + "📩 [12:34:56] bob: hi alice\r\n" + prompt));
}

TEST_CASE("the time is the reader's local time") {
  FakeServer server;
  Child chat(terminal, alice(server), {"TZ=XYZ-2"});
  REQUIRE(chat.complains("Connected"));
  server.send("bob", "hi");
  CHECK(chat.prints("📩 [14:34:56] bob: hi"));
}

TEST_CASE("the line being typed survives a message, in any script") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("grüße 日");
  REQUIRE(chat.prints("日"));
  server.send("bob", "in between");
  CHECK(chat.prints(erase + "📩 [12:34:56] bob: in between\r\n" + prompt + "grüße 日"));
  chat.type("本\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(server.published().at(0).content() == "grüße 日本");
}

TEST_CASE("a character that comes in pieces is one character") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("a\xe6\x97");
  REQUIRE(chat.prints("a"));
  chat.type("\xa5z\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(server.published().at(0).content() == "a日z");
}

TEST_CASE("a line that is longer than the terminal is wide survives a message, too") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  const std::string first(70, 'x');  // with the prompt it fills the first row
  chat.type(first + "yyyyy");
  REQUIRE(chat.prints("yyyyy"));
  server.send("bob", "in between");
  CHECK(chat.prints("\x1b[1A\r\x1b[J📩 [12:34:56] bob: in between\r\n" + prompt + first));
  CHECK(chat.prints("yyyyy"));
  chat.type("\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(server.published().at(0).content() == first + "yyyyy");
}

TEST_CASE("the way a person ends it makes no difference") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  SECTION("/quit") {
    chat.type("/quit\r");
    CHECK(chat.prints("Goodbye!\r\n"));
  }
  SECTION("/exit") {
    chat.type(" /exit \r");
    CHECK(chat.prints("Goodbye!\r\n"));
  }
  SECTION("Ctrl-D") { chat.type("\x04"); }
  SECTION("Ctrl-C") { chat.type("half a line\x03"); }
  SECTION("SIGINT") { chat.signal(SIGINT); }
  SECTION("SIGTERM") { chat.signal(SIGTERM); }
  CHECK(chat.complains("Client alice disconnected\r\n"));
  CHECK(chat.wait() == 0);
  CHECK(server.wait_for_streams(0));
  CHECK(server.published().empty());
}

TEST_CASE("what was typed last is sent before /quit ends") {
  FakeServer server;
  server.hold_publishes(true);
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("last words\r/quit\r");
  REQUIRE(chat.prints("Goodbye!"));
  REQUIRE(server.wait_for_published(1));
  server.hold_publishes(false);
  CHECK(chat.wait() == 0);
  CHECK(count(chat.output(), "Not known to be sent") == 0);
}

TEST_CASE("lines go one after the other, in the order typed") {
  FakeServer server;
  server.hold_publishes(true);
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("one\rtwo\rthree\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(chat.prints("three"));
  CHECK(server.published().size() == 1);
  server.hold_publishes(false);
  REQUIRE(server.wait_for_published(3));
  const auto sent = server.published();
  CHECK(sent[0].content() == "one");
  CHECK(sent[1].content() == "two");
  CHECK(sent[2].content() == "three");
}

TEST_CASE("nothing that is received reaches the terminal as a command") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  server.send("eve\r\nbob", "\x1b[2Jgone\n\tnow\x7f\u009b\u202e");
  CHECK(chat.prints(erase + "📩 [12:34:56] eve\\r\\nbob: \\x1b[2Jgone\\n\\tnow\\x7f\\x9b\\u202e\r\n" + prompt));
}

TEST_CASE("a message that was not sent is said, and typed again") {
  FakeServer server;
  server.refuse_publishes({grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full"}, "-1");
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("precious\r");
  CHECK(chat.complains("Failed to send message: " + server.target() +
                       " did not take the message: RESOURCE_EXHAUSTED: the queue is full (not sent: precious)\r\n" + prompt));
  CHECK(chat.prints("precious"));
  server.refuse_publishes(grpc::Status::OK);
  chat.type("\r");
  CHECK(chat.prints("✓ [12:34:56] You: precious"));
}

TEST_CASE("a text that begins with a slash is typed again as it was typed") {
  FakeServer server;
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, ""}, "-1");
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("//quit\r");
  REQUIRE(chat.complains("(not sent: /quit)\r\n" + prompt));
  CHECK(chat.prints("//quit"));
}

TEST_CASE("a message that was not sent does not come into another room's line") {
  FakeServer server;
  server.hold_publishes(true);
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("for all\r/join games\r");
  REQUIRE(chat.prints("[alice #games] > "));
  REQUIRE(server.wait_for_published(1));
  server.refuse_publishes({grpc::StatusCode::UNAVAILABLE, ""}, "-1");
  server.hold_publishes(false);
  REQUIRE(chat.complains("(not sent: for all)\r\n[alice #games] > "));
  chat.type("x");
  CHECK(chat.prints("x"));
  CHECK(count(chat.output(), "] > for all") == 1);
}

TEST_CASE("a terminal that changes its width keeps the line") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type(std::string(50, 'x') + "y");
  REQUIRE(chat.prints("y"));
  chat.resize(40);
  server.send("bob", "in between");
  CHECK(chat.prints("bob: in between\r\n" + prompt));
  chat.type("z\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(server.published().at(0).content() == std::string(50, 'x') + "yz");
}

TEST_CASE("a person who stops the program and goes on finds prompt and line again") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("half");
  REQUIRE(chat.prints("half"));
  chat.signal(SIGSTOP);
  chat.signal(SIGCONT);
  CHECK(chat.prints(prompt + "half"));
}

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

TEST_CASE("commands are told from messages") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("/help\r");
  CHECK(chat.prints("/join ROOM"));
  chat.type("/dance\r");
  CHECK(chat.complains("there is no command /dance; /help lists them, and //dance sends it as a message\r\n"));
  chat.type("   \r//dance\r");
  REQUIRE(server.wait_for_published(1));
  CHECK(server.published().at(0).content() == "/dance");
}

TEST_CASE("the arrow brings back the line before") {
  FakeServer server;
  Child chat(terminal, alice(server));
  settle(chat, server);
  chat.type("again\r");
  REQUIRE(server.wait_for_published(1));
  REQUIRE(chat.prints("You: again\r\n" + prompt));
  chat.type("\x1b[A\r");
  REQUIRE(server.wait_for_published(2));
  CHECK(server.published().at(1).content() == "again");
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
