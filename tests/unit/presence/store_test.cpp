// What PresenceStore promises, of the store in memory.
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "catch.hpp"
#include "plugins/identity/presence/memory_store.hpp"
#include "seen.hpp"

using namespace chatd;
using namespace chatd::presence;
using namespace std::chrono_literals;

namespace {

constexpr auto later = sdk::Deadline::max();
const sdk::Deadline start{1h};

void join(sdk::PresenceStore& store, std::string_view server, std::uint64_t connection, std::string_view user,
          const std::vector<std::string_view>& rooms, sdk::Deadline until = later, std::string_view name = {}) {
  REQUIRE(store.join({server, connection, user, name, rooms, {}}, until));
}

}  // namespace

TEST_CASE("two connections of one user are one user of a room, with both servers") {
  identity::MemoryStore store;
  join(store, "host-1", 1, "alice", {"", "red"});
  join(store, "host-2", 1, "alice", {"red"});
  join(store, "host-2", 2, "bob", {""});
  CHECK(in_room(store, "red") == Lines{"alice 2 host-1,host-2"});
  CHECK(in_room(store, "") == Lines{"alice 1 host-1", "bob 1 host-2"});
  CHECK(store.room_counts("red") == sdk::PresenceCounts{1, 2});
  CHECK(store.room_counts("") == sdk::PresenceCounts{2, 2});
  CHECK(store.counts() == sdk::PresenceCounts{2, 3});
  CHECK(store.server_counts("host-2") == sdk::PresenceCounts{2, 2});
  CHECK(store.present("red", "alice") == 2);
  CHECK(store.present("red", "bob") == 0);

  CHECK(store.leave("host-1", 1, nullptr));
  CHECK(in_room(store, "red") == Lines{"alice 1 host-2"});
  CHECK(in_room(store, "") == Lines{"bob 1 host-2"});
  CHECK_FALSE(store.leave("host-1", 1, nullptr));
  CHECK(store.server_counts("host-1") == sdk::PresenceCounts{});
}

TEST_CASE("a room is told in the order of ids, page by page") {
  identity::MemoryStore store;
  std::uint64_t connection = 0;
  for (const auto* user : {"dora", "alice", "carol", "bob"}) join(store, "host", ++connection, user, {"red"});
  CHECK(in_room(store, "red", "", 2) == Lines{"alice 1 host", "bob 1 host"});
  CHECK(in_room(store, "red", "bob", 2) == Lines{"carol 1 host", "dora 1 host"});
  CHECK(in_room(store, "red", "bobby", 1) == Lines{"carol 1 host"});
  CHECK(in_room(store, "red", "dora", 2).empty());
  CHECK(in_room(store, "blue").empty());
}

TEST_CASE("a user's connections and a server's are told with their rooms") {
  identity::MemoryStore store;
  join(store, "host-1", 7, "alice", {"", "red"}, later, "Alice");
  join(store, "host-2", 1, "alice", {"blue"});
  join(store, "host-1", 8, "bob", {""});
  CHECK(of_user(store, "alice") == Lines{"host-1/7 alice (Alice) lobby,red", "host-2/1 alice blue"});
  CHECK(of_user(store, "alice", 1).size() == 1);
  CHECK(of_server(store, "host-1") == Lines{"host-1/7 alice (Alice) lobby,red", "host-1/8 bob lobby"});
  CHECK(of_server(store, "host-1", 7) == Lines{"host-1/8 bob lobby"});
  CHECK(of_server(store, "host-1", 0, 1) == Lines{"host-1/7 alice (Alice) lobby,red"});
}

TEST_CASE("a connection that joins again is replaced") {
  identity::MemoryStore store;
  join(store, "host", 1, "alice", {"red"});
  join(store, "host", 1, "bob", {"blue"});
  CHECK(in_room(store, "red").empty());
  CHECK(in_room(store, "blue") == Lines{"bob 1 host"});
  CHECK(store.counts() == sdk::PresenceCounts{1, 1});
}

TEST_CASE("who leaves is handed over, and so are all of a server") {
  identity::MemoryStore store;
  join(store, "host-1", 1, "alice", {"red"});
  join(store, "host-1", 2, "bob", {""});
  join(store, "host-2", 1, "carol", {""});
  SeenConnections gone;
  CHECK(store.leave("host-1", 1, &gone));
  store.clear("host-1", &gone);
  store.clear("host-3", &gone);
  CHECK(gone.lines == Lines{"host-1/1 alice red", "host-1/2 bob lobby"});
  CHECK(store.counts() == sdk::PresenceCounts{1, 1});
}

TEST_CASE("a server's connections go when its time is over, not sooner, and together") {
  identity::MemoryStore store;
  join(store, "host-1", 1, "alice", {""}, start + 10s);
  join(store, "host-2", 1, "bob", {""}, start + 10s);
  join(store, "host-1", 2, "carol", {""}, start + 5s);  // vouched for until 10 s already
  store.refresh("host-2", start + 20s);
  store.refresh("host-2", start + 1s);  // does not shorten it
  store.refresh("host-3", start + 20s);
  SeenConnections gone;
  store.expire(start + 10s - 1ns, &gone);
  CHECK(gone.lines.empty());
  store.expire(start + 10s, &gone);
  CHECK(gone.lines == Lines{"host-1/1 alice lobby", "host-1/2 carol lobby"});
  CHECK(in_room(store, "") == Lines{"bob 1 host-2"});
  store.expire(start + 20s, nullptr);
  CHECK(store.counts() == sdk::PresenceCounts{});
}

TEST_CASE("there is a limit of connections, and a place when one has left") {
  identity::MemoryStore store(2);
  join(store, "host", 1, "alice", {""});
  join(store, "host", 2, "bob", {""});
  const auto refused = store.join({"host", 3, "carol", {}, {}, {}}, later);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == sdk::Code::resource_exhausted);
  CHECK(store.counts() == sdk::PresenceCounts{2, 2});
  CHECK(store.leave("host", 1, nullptr));
  join(store, "host", 3, "carol", {""});
  // Replacing takes no place.
  join(store, "host", 3, "carol", {"red"});
}

TEST_CASE("whatever happens in whatever order, all views tell the same") {
  identity::MemoryStore store;
  std::mt19937 random(7);
  const auto pick = [&random](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
  const std::vector<std::string> servers{"s0", "s1", "s2"}, users{"u0", "u1", "u2", "u3"}, rooms{"", "r1", "r2"};
  std::map<std::pair<std::string, std::uint64_t>, std::pair<std::string, std::set<std::string_view>>> model;
  for (int step = 0; step < 20'000; ++step) {
    const auto& server = servers[pick(3)];
    const std::uint64_t number = 1 + pick(5);
    const auto what = pick(20);
    if (what == 0) {
      store.clear(server, nullptr);
      std::erase_if(model, [&](const auto& one) { return one.first.first == server; });
    } else if (what < 10) {
      CHECK(store.leave(server, number, nullptr) == (model.erase({server, number}) == 1));
    } else {
      std::set<std::string_view> in;
      for (const auto& room : rooms) {
        if (pick(2) == 0) in.insert(room);
      }
      const auto& user = users[pick(4)];
      join(store, server, number, user, {in.begin(), in.end()});
      model[{server, number}] = {user, in};
    }
    const auto& room = rooms[pick(3)];
    std::map<std::string, std::size_t> expected;
    std::size_t connections = 0;
    for (const auto& [id, one] : model) {
      if (!one.second.contains(room)) continue;
      ++expected[one.first];
      ++connections;
    }
    REQUIRE(store.room_counts(room) == sdk::PresenceCounts{expected.size(), connections});
    for (const auto& user : users) {
      const auto found = expected.find(user);
      REQUIRE(store.present(room, user) == (found == expected.end() ? 0 : found->second));
    }
    REQUIRE(in_room(store, room).size() == expected.size());
    REQUIRE(store.counts().connections == model.size());
  }
  for (const auto& server : servers) store.clear(server, nullptr);
  CHECK(store.counts() == sdk::PresenceCounts{});
}
