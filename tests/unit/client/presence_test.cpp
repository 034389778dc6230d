// Who is here, as the server tells it.
#include <future>

#include "catch.hpp"
#include "fake_server.hpp"
#include "notes.hpp"

using namespace chatd;
using namespace chatd::client;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

namespace {

// By a caller that waits, or by one that does not.
sdk::Result<WhoPage> who(Client& client, bool waits, const WhoQuery& query) {
  if (waits) return client.who(query);
  std::promise<sdk::Result<WhoPage>> answer;
  client.who(query, [&](auto result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

sdk::Result<ServerList> servers(Client& client, bool waits) {
  if (waits) return client.servers();
  std::promise<sdk::Result<ServerList>> answer;
  client.servers([&](auto result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

}  // namespace

TEST_CASE("who: the question and the answer arrive whole") {
  FakeServer server;
  const bool waits = GENERATE(true, false);
  const auto client = open(options(server));
  const auto page = who(*client, waits, {.room = "games", .limit = 5, .page = "after", .about = "bob"});
  REQUIRE(page);
  REQUIRE(page->present.size() == 1);
  const auto& one = page->present[0];
  CHECK(one.user.id == options(server).user.id);
  CHECK(one.connections == 5);
  CHECK(one.servers == Texts{"after"});
  CHECK(one.rooms == Texts{"games", "bob"});
  CHECK(page->next == "next");
  CHECK(page->users == 7);
  CHECK(page->connections == 8);

  const auto wrong = who(*client, waits, {.about = "\xff"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().text == "the user's id is not UTF-8; convert it first");
  server.be_old();
  const auto none = who(*client, waits, {});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == sdk::Code::unimplemented);
}

TEST_CASE("servers: the question and the answer arrive whole") {
  FakeServer server;
  const bool waits = GENERATE(true, false);
  const auto client = open(options(server));
  const auto list = servers(*client, waits);
  REQUIRE(list);
  REQUIRE(list->servers.size() == 1);
  const auto& one = list->servers[0];
  CHECK(one.id == "of " + options(server).user.id);
  CHECK(one.users == 1);
  CHECK(one.connections == 2);
  CHECK(one.self);
  CHECK(one.heartbeats);
  CHECK(one.silent == 3ms);
  CHECK(list->users == 4);
  CHECK(list->connections == 5);
  server.be_old();
  CHECK_FALSE(servers(*client, waits));
}
