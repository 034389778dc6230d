// `chat` in a terminal: the lines, and the one that is being typed.
#include <csignal>

#include "alice.hpp"

using namespace chatd::client;

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
