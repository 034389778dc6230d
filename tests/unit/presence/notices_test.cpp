#include "host/presence/notices.hpp"

#include "catch.hpp"

using namespace chatd;
using namespace chatd::presence;
using namespace std::chrono_literals;

namespace {

const sdk::Deadline start{1h};

std::vector<std::string> ids(const std::vector<wire::PresenceChange::User>& users) {
  std::vector<std::string> out;
  for (const auto& user : users) out.push_back(user.id);
  return out;
}
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("who comes is told within a moment, with those who come meanwhile") {
  Notices notices(5s);
  notices.watch(1, {"red"});
  notices.came("red", "alice", "Alice", start);
  notices.came("red", "bob", "", start + 100ms);
  notices.came("blue", "carol", "", start);
  CHECK(notices.next() == start + Notices::moment);
  CHECK(notices.due(start + Notices::moment - 1ns).empty());
  const auto due = notices.due(start + Notices::moment);
  REQUIRE(due.size() == 1);
  CHECK(due[0].room == "red");
  CHECK(due[0].change.came == std::vector<wire::PresenceChange::User>{{"alice", "Alice"}, {"bob", ""}});
  CHECK(due[0].change.went.empty());
  CHECK_FALSE(due[0].change.more);
  CHECK(notices.due(start + 1h).empty());
}

TEST_CASE("who goes is told when they stay away, and a break is not told at all") {
  Notices notices(5s);
  notices.watch(1, {"red"});
  notices.went("red", "alice", "", start);
  notices.went("red", "bob", "", start + 1s);
  CHECK(notices.due(start + 4s).empty());
  notices.came("red", "alice", "", start + 5s - 1ns);
  CHECK(notices.due(start + 5s).empty());
  CHECK(notices.due(start + 6s).empty());  // bob is found to be gone, and told in a moment
  const auto due = notices.due(start + 6s + Notices::moment);
  REQUIRE(due.size() == 1);
  CHECK(ids(due[0].change.went) == Ids{"bob"});
  CHECK(due[0].change.came.empty());
  CHECK_FALSE(notices.next());
}

TEST_CASE("who goes again after a break is away from then on") {
  Notices notices(5s);
  notices.watch(1, {"red"});
  notices.went("red", "alice", "", start);
  notices.came("red", "alice", "", start + 3s);
  notices.went("red", "alice", "", start + 4s);
  CHECK(notices.due(start + 5s).empty());
  CHECK(notices.due(start + 8s).empty());
  (void)notices.due(start + 9s);
  const auto due = notices.due(start + 9s + Notices::moment);
  REQUIRE(due.size() == 1);
  CHECK(ids(due[0].change.went) == Ids{"alice"});
}

TEST_CASE("a room that nobody watches any more is forgotten") {
  Notices notices(5s);
  CHECK(notices.idle());
  notices.watch(1, {"red", "blue"});
  notices.watch(2, {"red"});
  notices.went("red", "alice", "", start);
  notices.unwatch(1);
  CHECK(notices.watches("red"));
  CHECK_FALSE(notices.watches("blue"));
  notices.unwatch(2);
  notices.unwatch(2);
  CHECK(notices.idle());
  notices.watch(3, {"red"});
  CHECK_FALSE(notices.next());
  notices.went("blue", "alice", "", start);
  CHECK_FALSE(notices.next());
}

TEST_CASE("a crowd is told by number, not by name") {
  Notices notices(5s);
  notices.watch(1, {"red"});
  for (std::size_t i = 0; i <= Notices::most_named; ++i) notices.came("red", "u" + std::to_string(i), "", start);
  const auto due = notices.due(start + Notices::moment);
  REQUIRE(due.size() == 1);
  CHECK(due[0].change.came.size() == Notices::most_named);
  CHECK(due[0].change.more);
}
