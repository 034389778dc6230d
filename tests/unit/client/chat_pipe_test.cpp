// The program `chat` between pipes, against a server in this test: what a script gets; and its command line.
#include <csignal>

#include "catch.hpp"
#include "child.hpp"
#include "fake_server.hpp"

using namespace chatd::client;

namespace {

constexpr auto terminal = Child::On::terminal;
constexpr auto pipes = Child::On::pipes;
const std::string prompt = "[alice] > ";

std::vector<std::string> alice(const FakeServer& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"client", "alice", "--server", server.target()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("a pipe: lines are sent in order, and the end of input is the end") {
  FakeServer server;
  Child chat(pipes, alice(server));
  chat.type("one\n\n  two  \nthree without an end");
  chat.close_input();
  CHECK(chat.wait() == 0);
  const auto sent = server.published();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].content() == "one");
  CHECK(sent[1].content() == "two");
  CHECK(sent[2].content() == "three without an end");
  CHECK(count(chat.output(), "\x1b") + count(chat.output(), "\r") + count(chat.output(), prompt) == 0);
  CHECK(chat.errors().ends_with("Client alice disconnected\n"));
}

TEST_CASE("a pipe: messages are lines, each at once") {
  FakeServer server;
  Child chat(pipes, alice(server));
  REQUIRE(chat.complains("Connected to server as user: alice\n"));
  server.send("bob", "one\ntwo");
  REQUIRE(chat.prints("\n"));
  CHECK(chat.output() == "📩 [12:34:56] bob: one\\ntwo\n");
  chat.type("/join games\n");
  REQUIRE(server.wait_for_streams(2));
  chat.type("hello\n");
  REQUIRE(chat.prints("\n"));
  CHECK(chat.output() == "📩 [12:34:56] bob: one\\ntwo\n✓ [12:34:56] #games You: hello\n");
  chat.type("/quit\n");
  CHECK(chat.wait() == 0);
  CHECK(chat.output().ends_with("\nGoodbye!\n"));
}

TEST_CASE("a pipe: what could not be sent is said, line by line, and is the exit status") {
  FakeServer server;
  server.stop();
  Child chat(pipes, alice(server));
  chat.type("one\n\x1b[2Jtwo\n");
  chat.close_input();
  CHECK(chat.wait() == 1);
  CHECK(count(chat.errors(), "Failed to send message: ") == 2);
  CHECK(count(chat.errors(), "(not sent: \\x1b[2Jtwo)") == 1);
  CHECK(chat.output().empty());
}

TEST_CASE("a pipe: history is nothing but messages, comes when it is asked for, and before the end") {
  FakeServer server;
  for (int i = 1; i <= 3; ++i) server.note("bob", "number " + std::to_string(i), "games");
  Child chat(pipes, alice(server));
  chat.type("/join games\n/history 2\n");
  chat.close_input();
  CHECK(chat.wait() == 0);
  CHECK(chat.output() == "📩 [12:34:56] #games bob: number 2\n📩 [12:34:56] #games bob: number 3\n");
}

TEST_CASE("a pipe: missing messages are said on the standard error") {
  FakeServer server;
  Child chat(pipes, alice(server));
  REQUIRE(chat.complains("Connected to server as user: alice\n"));
  REQUIRE(server.wait_for_streams(1));
  server.tell_gap("", 12);
  CHECK(chat.complains("12 messages are missing: this connection was too slow\n"));
  CHECK(chat.output().empty());
}

TEST_CASE("a pipe: signals end it with status 0") {
  FakeServer server;
  const int number = GENERATE(SIGINT, SIGTERM);
  Child chat(pipes, alice(server));
  REQUIRE(chat.complains("Connected"));
  chat.signal(number);
  CHECK(chat.wait() == 0);
  CHECK(chat.errors().ends_with("Client alice disconnected\n"));
}

TEST_CASE("a pipe: thousands of lines arrive, none lost, none twice") {
  FakeServer server;
  Child chat(pipes, alice(server));
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "line " + std::to_string(i) + "\n";
  chat.type(lines);
  chat.close_input();
  REQUIRE(server.wait_for_published(2000));
  CHECK(chat.wait() == 0);
  const auto sent = server.published();
  REQUIRE(sent.size() == 2000);
  CHECK(sent[1999].content() == "line 1999");
}

TEST_CASE("the server's address comes from --server, then SERVER_PORT, then it is localhost:8081") {
  FakeServer server;
  SECTION("SERVER_PORT") {
    Child chat(pipes, {"client", "alice"}, {"SERVER_PORT=" + std::to_string(server.port())});
    CHECK(chat.complains("Connected"));
  }
  SECTION("--server wins") {
    Child chat(pipes, alice(server), {"SERVER_PORT=1"});
    CHECK(chat.complains("Connected"));
  }
  SECTION("neither") {
    Child chat(terminal, {"client", "alice"});
    CHECK(chat.prints("Server: localhost:8081\r\n"));
  }
}

TEST_CASE("wrong usage is exit status 2, and help and version are 0") {
  const auto run = [](const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) {
    Child chat(pipes, arguments, environment);
    const int status = chat.wait();
    return std::pair{status, chat.output() + chat.errors()};
  };
  CHECK(run({}).first == 2);
  CHECK(run({"alice"}).first == 2);
  CHECK(run({"client"}).first == 2);
  CHECK(run({"client", ""}).first == 2);
  CHECK(run({"client", "alice", "--nonsense"}).first == 2);
  const auto [status, text] = run({"client", "alice", "--server", "localhost:99999"});
  CHECK(status == 2);
  CHECK(text.find("\"localhost:99999\" is not HOST:PORT") != std::string::npos);
  CHECK(run({"client", "alice"}, {"SERVER_PORT=eighty"}).first == 2);

  CHECK(run({"--help"}).first == 0);
  CHECK(run({"client", "--help"}).second.find("--server") != std::string::npos);
  const auto version = run({"--version"});
  CHECK(version.first == 0);
  CHECK(version.second.starts_with("chat "));
}
