// What the terminal client makes of lines and messages, without a terminal.
#include <atomic>
#include <thread>

#include "catch.hpp"
#include "terminal/command.hpp"
#include "terminal/inbox.hpp"
#include "terminal/lines.hpp"

using namespace chatd::terminal;

TEST_CASE("a line is a message, a command, or nothing") {
  CHECK(std::holds_alternative<Nothing>(parse_command(" \t\r\n")));
  CHECK(std::get<Say>(parse_command("  hello there \r")).text == "hello there");
  CHECK(std::get<Say>(parse_command("//quit")).text == "/quit");
  CHECK(std::get<Join>(parse_command("/join  games ")).room == "games");
  CHECK(std::get<Join>(parse_command("/join #games")).room == "games");
  CHECK(std::get<Leave>(parse_command("/leave")).room.empty());
  CHECK(std::get<Leave>(parse_command("/leave #games")).room == "games");
  CHECK(std::holds_alternative<Rooms>(parse_command("/rooms")));
  CHECK(std::get<Recall>(parse_command("/history")).messages == 20);
  CHECK(std::get<Recall>(parse_command("/history  1000 ")).messages == 1000);
  CHECK(std::holds_alternative<Help>(parse_command("/help")));
  CHECK(std::holds_alternative<Quit>(parse_command(" /quit ")));
  CHECK(std::holds_alternative<Quit>(parse_command("/exit")));
}

TEST_CASE("a command that is wrong says what would be right") {
  CHECK(std::get<Wrong>(parse_command("/join")).reason == "/join needs the name of a room: /join ROOM");
  CHECK(std::get<Wrong>(parse_command("/join #")).reason == "/join needs the name of a room: /join ROOM");
  CHECK(std::get<Wrong>(parse_command("/quit now")).reason.find("//quit now") != std::string::npos);
  for (const auto* wrong : {"0", "1001", "-1", "five", "5 6", "99999999999"})
    CHECK(std::get<Wrong>(parse_command(std::string("/history ") + wrong)).reason ==
          "/history takes a number of messages from 1 to 1000, as in /history 50");
  CHECK(std::get<Wrong>(parse_command("/qiut")).reason.find("/qiut") != std::string::npos);
}

TEST_CASE("what a terminal would obey is made visible, and nothing else is changed") {
  CHECK(visible("grüße 日本 📩") == "grüße 日本 📩");
  CHECK(visible("a\x1b[31mb\x07") == "a\\x1b[31mb\\x07");
  CHECK(visible(std::string_view("\0\n\r\t\x7f", 5)) == "\\x00\\n\\r\\t\\x7f");
  CHECK(visible("\u0085\u009b") == "\\x85\\x9b");
  CHECK(visible("\u202e\u2066\u2028") == "\\u202e\\u2066\\u2028");
  CHECK(visible("\xff\xe2\x82") == "\\xff\\xe2\\x82");
}

TEST_CASE("the prompt names the room, and nothing in it is a command") {
  CHECK(prompt("alice", "") == "[alice] > ");
  CHECK(prompt("alice", "games") == "[alice #games] > ");
  CHECK(prompt("a\x1b", "\n") == "[a\\x1b #\\n] > ");
}

TEST_CASE("what is missing is said as far as it is known") {
  using Reason = chatd::client::Loss::Reason;
  CHECK(loss_line("", {}) == "messages may be missing");
  CHECK(loss_line("games", {.reason = Reason::truncated, .messages = 12}) ==
        "#games: at most 12 messages are missing: the server no longer has them");
  CHECK(loss_line("", {.reason = Reason::too_slow, .messages = 1}) == "1 message is missing: this connection was too slow");
  CHECK(loss_line("a\x1b", {.reason = Reason::remade}) == "#a\\x1b: messages may be missing: the server's log was made anew");
  CHECK(loss_line("", {.reason = Reason::too_far}) == "messages may be missing: the break was too long");
  CHECK(set_apart(history_title("games", 3)) == "— the last 3 messages of #games —");
  CHECK(history_title("", 1) == "the last message of the lobby");
  CHECK(history_title("", 0) == "there are no messages of the lobby to show");
}

TEST_CASE("a full inbox holds messages back until there is a place, or the bound is lifted") {
  Inbox inbox;
  std::atomic<int> put = 0;
  std::jthread writer([&] {
    for (int i = 0; i < 3000; ++i) {
      inbox.put(Arrived{"", {.sender = "bob", .content = std::to_string(i), .time = {}, .room = {}, .message_id = {}}});
      ++put;
    }
  });
  int taken = 0;
  while (taken < 1500) {
    const auto news = inbox.take();
    if (!news) continue;
    CHECK(std::get<Arrived>(*news).message.content == std::to_string(taken));
    ++taken;
    CHECK(put <= taken + 1000);
  }
  inbox.lift_bound();
  writer.join();
  CHECK(put == 3000);
  while (inbox.take()) ++taken;
  CHECK(taken == 3000);
}

TEST_CASE("/who and /servers are commands") {
  CHECK(std::get<Who>(parse_command("/who")).user.empty());
  CHECK(std::get<Who>(parse_command(" /who  bob ")).user == "bob");
  CHECK(std::holds_alternative<Servers>(parse_command("/servers")));
  CHECK(std::holds_alternative<Wrong>(parse_command("/servers all")));
}

TEST_CASE("who is here is one line") {
  const chatd::client::Present alice{.user = {"alice", ""}, .connections = 1, .servers = {}, .rooms = {}};
  const chatd::client::Present bob{
      .user = {"b\nob", ""}, .connections = 2, .servers = {"host-1", "host-2"}, .rooms = {"", "games"}};
  CHECK(who_line("games", {.present = {alice, bob}, .next = {}, .users = 2}) == "#games (2): alice, b\\nob (2 connections)");
  CHECK(who_line("", {.present = {alice}, .next = "x", .users = 500}) == "the lobby (500): alice … and 499 more");
  CHECK(who_line("", {}) == "the lobby (0)");
  CHECK(where_line("bob", {.present = {bob}, .next = {}}) == "bob: the lobby, #games (2 connections, on host-1, host-2)");
  CHECK(where_line("eve", {}) == "eve is not here");
  CHECK(server_line({.id = "host-1", .users = 1, .connections = 2, .self = true, .heartbeats = true}) ==
        "host-1: 1 user, 2 connections (this one)");
  CHECK(server_line({.id = "go", .users = 3, .connections = 3}) == "go: 3 users, 3 connections (older than chatd)");
}
