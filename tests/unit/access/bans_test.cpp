// Who is not let in, and until when.
#include "host/access/bans.hpp"

#include "catch.hpp"

using namespace chatd;
using namespace chatd::access;
using namespace std::chrono_literals;
using Of = Ban::Of;

namespace {

constexpr sdk::Time now{std::chrono::seconds(1'800'000'000)};
constexpr std::int64_t now_ms = 1'800'000'000'000;

Ban user(const std::string& id, std::int64_t since_ms, std::int64_t until_ms = 0, const std::string& reason = {}) {
  return {Of::user, id, since_ms, until_ms, reason};
}

std::string refused(const Bans& bans, std::string_view user_id, std::string_view token_id = {}, sdk::Time at = now) {
  const auto free = bans.check(user_id, token_id, at);
  if (free) return "";
  CHECK(free.error().code == sdk::Code::permission_denied);
  CHECK_FALSE(free.error().retryable);
  return free.error().text;
}

}  // namespace

TEST_CASE("a banned user is refused, with the end and the reason, and nobody else is") {
  Bans bans(10);
  CHECK(refused(bans, "mallory").empty());
  CHECK(bans.put(user("mallory", now_ms, now_ms + 60'000, "spam"), now) == Bans::Put::newer);
  CHECK(bans.put(user("oscar", now_ms), now) == Bans::Put::newer);
  CHECK(refused(bans, "mallory") == "you are banned until 2027-01-15T08:01:00Z: spam");
  CHECK(refused(bans, "oscar", "t1") == "you are banned");
  CHECK(refused(bans, "Mallory").empty());
  CHECK(refused(bans, "", "").empty());
  CHECK(refused(bans, "alice", "mallory").empty());  // that is a user
}

TEST_CASE("a banned token is refused, and the user's other ones are not") {
  Bans bans(10);
  CHECK(bans.put({Of::token, "t1", now_ms, 0, {}}, now) == Bans::Put::newer);
  CHECK(refused(bans, "alice", "t1") == "your token is banned");
  CHECK(refused(bans, "alice", "t2").empty());
  CHECK(refused(bans, "t1").empty());
}

TEST_CASE("a ban ends by itself, to the millisecond") {
  Bans bans(10);
  CHECK(bans.put(user("mallory", now_ms, now_ms + 1'000), now) == Bans::Put::newer);
  CHECK_FALSE(refused(bans, "mallory", {}, now + 999ms).empty());
  CHECK(refused(bans, "mallory", {}, now + 1'000ms).empty());
  CHECK(bans.in_force(now + 999ms).size() == 1);
  CHECK(bans.in_force(now + 1'000ms).empty());
}

TEST_CASE("of two bans of the same the later counts, in whatever order they are heard") {
  const auto first = user("mallory", now_ms), lifted = user("mallory", now_ms + 5, now_ms + 5);
  for (const bool in_order : {true, false}) {
    Bans bans(10);
    CHECK(bans.put(in_order ? first : lifted, now) == Bans::Put::newer);
    CHECK(bans.put(in_order ? lifted : first, now) == (in_order ? Bans::Put::newer : Bans::Put::known));
    CHECK(refused(bans, "mallory").empty());
    CHECK(bans.put(lifted, now) == Bans::Put::known);
    CHECK(bans.put(user("mallory", now_ms + 6), now) == Bans::Put::newer);
    CHECK_FALSE(refused(bans, "mallory").empty());
  }
}

TEST_CASE("of two bans of one moment all hosts choose the same") {
  const auto for_good = user("mallory", now_ms), short_one = user("mallory", now_ms, now_ms + 1'000);
  for (const bool in_order : {true, false}) {
    Bans bans(10);
    (void)bans.put(in_order ? for_good : short_one, now);
    (void)bans.put(in_order ? short_one : for_good, now);
    CHECK_FALSE(refused(bans, "mallory", {}, now + 1h).empty());
  }
}

TEST_CASE("a ban that has ended is remembered for a while, and then forgotten") {
  Bans bans(10);
  (void)bans.put(user("mallory", now_ms, now_ms + 1'000), now);
  (void)bans.put(user("oscar", now_ms), now);
  bans.tidy(now + Bans::kept_ended);
  CHECK(bans.size() == 2);
  bans.tidy(now + Bans::kept_ended + 1'000ms);
  CHECK(bans.size() == 1);
  CHECK(bans.find(Of::user, "mallory") == nullptr);
  CHECK(bans.find(Of::user, "oscar") != nullptr);
}

TEST_CASE("there are no more bans than there may be, and ended ones give their places up") {
  Bans bans(2);
  CHECK(bans.put(user("a", now_ms), now) == Bans::Put::newer);
  CHECK(bans.put({Of::token, "b", now_ms, now_ms + 1'000, {}}, now) == Bans::Put::newer);
  CHECK(bans.put(user("c", now_ms), now) == Bans::Put::full);
  CHECK(refused(bans, "c").empty());
  CHECK(bans.put(user("a", now_ms + 1), now) == Bans::Put::newer);  // it has its place
  CHECK(bans.put(user("c", now_ms), now + 1'000ms) == Bans::Put::newer);
  CHECK_FALSE(refused(bans, "a").empty());
  CHECK_FALSE(refused(bans, "c").empty());
}

TEST_CASE("what nobody has said for a while is to be said again") {
  Bans bans(10);
  const sdk::Deadline begin{24h};
  (void)bans.put(user("a", now_ms), now);
  (void)bans.put(user("b", now_ms), now);
  CHECK(bans.unsaid(begin - 10min, begin, 1).size() == 1);
  CHECK(bans.unsaid(begin - 10min, begin, 10).size() == 1);
  CHECK(bans.unsaid(begin - 10min, begin, 10).empty());
  bans.said(user("a", now_ms), begin + 5min);
  const auto due = bans.unsaid(begin, begin + 10min, 10);
  REQUIRE(due.size() == 1);
  CHECK(due.front().id == "b");
  bans.said(user("a", now_ms - 1), sdk::Deadline::min());  // that is another one
  CHECK(bans.unsaid(begin, begin + 10min, 10).empty());
}
