// What was said before, page by page.
#include <future>
#include <string>

#include "catch.hpp"
#include "fake_server.hpp"
#include "notes.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace std::chrono_literals;

namespace {

// By a caller that waits, or by one that does not.
sdk::Result<HistoryPage> ask(Client& client, bool waits, const HistoryQuery& query) {
  if (waits) return client.history(query);
  std::promise<sdk::Result<HistoryPage>> answer;
  client.history(query, [&](auto result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

std::string texts(const HistoryPage& page) {
  std::string out;
  for (const auto& message : page.messages) out += message.content + " ";
  return out;
}

void fill(FakeServer& server) {
  for (int i = 1; i <= 7; ++i) server.note("bob", std::to_string(i), "games");
}

}  // namespace

TEST_CASE("history: pages lead back to the beginning, and forward to the end") {
  FakeServer server;
  fill(server);
  const bool waits = GENERATE(true, false);
  const auto client = open(options(server));
  auto page = ask(*client, waits, {.room = "games", .limit = 3});
  REQUIRE(page);
  CHECK(texts(*page) == "5 6 7 ");
  CHECK(page->messages[0].sender == "bob");
  CHECK(page->messages[0].room == "games");
  CHECK(page->messages[0].position == "after games/5");
  CHECK(page->complete);
  CHECK(server.asked().at(0).user().id() == "alice");

  page = ask(*client, waits, {.room = "games", .limit = 3, .before = page->earlier});
  REQUIRE(page);
  CHECK(texts(*page) == "2 3 4 ");
  page = ask(*client, waits, {.room = "games", .limit = 3, .before = page->earlier});
  REQUIRE(page);
  CHECK(texts(*page) == "1 ");
  CHECK(page->earlier.empty());

  page = ask(*client, waits, {.room = "games", .limit = 5, .after = page->later});
  REQUIRE(page);
  CHECK(texts(*page) == "2 3 4 5 6 ");
  page = ask(*client, waits, {.room = "games", .limit = 5, .after = page->messages.back().position});
  REQUIRE(page);
  CHECK(texts(*page) == "7 ");
}

TEST_CASE("history: from a time on") {
  FakeServer server;
  const auto client = open(options(server));
  server.send("bob", "early", {}, 100);
  server.send("bob", "late", {}, 200);
  const auto page = client->history({.room = {}, .since = sdk::Time{150s + 5ns}});
  REQUIRE(page);
  CHECK(texts(*page) == "late ");
  CHECK(server.asked().at(0).since().seconds() == 150);
  CHECK(server.asked().at(0).since().nanos() == 5);
  REQUIRE(page->looked_to);
  CHECK(*page->looked_to == sdk::Time{200s});
}

TEST_CASE("history: a server that looked no further says so") {
  FakeServer server;
  fill(server);
  server.log()->look_at_most(2);
  const auto page = open(options(server))->history({.room = "games", .limit = 5});
  REQUIRE(page);
  CHECK(texts(*page) == "6 7 ");
  CHECK_FALSE(page->complete);
  CHECK_FALSE(page->earlier.empty());
}

TEST_CASE("history: what is wrong is refused, here or there, and old servers have none") {
  FakeServer server;
  const bool waits = GENERATE(true, false);
  const auto client = open(options(server));
  const auto both = ask(*client, waits, {.room = {}, .before = "a", .after = "b"});
  REQUIRE_FALSE(both);
  CHECK(both.error().text == "the query has more than one place; give before, after or since");
  CHECK_FALSE(ask(*client, waits, {.room = "\xff"}));
  CHECK(server.asked().empty());

  const auto forged = ask(*client, waits, {.room = {}, .before = "forged"});
  REQUIRE_FALSE(forged);
  CHECK(forged.error().code == sdk::Code::invalid_argument);

  server.be_old();
  const auto none = ask(*client, waits, {.room = {}});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == sdk::Code::unimplemented);
}
