#include "host/presence/own.hpp"

#include <algorithm>

#include "catch.hpp"
#include "plugins/identity/presence/memory_store.hpp"
#include "seen.hpp"

using namespace chatd;
using namespace chatd::presence;
using namespace std::chrono_literals;
using Kind = wire::HostRecord::Kind;

namespace {

const sdk::Deadline start{1h};

struct Telling {
  identity::MemoryStore store;
  Notices notices{5s};
  Ledger ledger{store, notices};
  Own own{ledger, "host-1", 7};
  sdk::Deadline now = start;

  // The first thing that is said: nobody is here.
  void begin() {
    const auto records = own.say(now);
    REQUIRE(records.size() == 1);
    CHECK(records[0].kind == Kind::snapshot);
    CHECK(records[0].seq == 1);
    CHECK(records[0].run == 7);
    CHECK(records[0].joined.empty());
    own.answered(true, now);
  }
  void join(std::uint64_t number, const std::string& user) { own.join({number, 0, user, {}, {""}}, now); }
};

Lines users(const wire::HostRecord& record) {
  Lines out;
  for (const auto& one : record.joined) out.push_back(one.user_id);
  return out;
}

}  // namespace

TEST_CASE("changes are said together, by number, and are in the store at once") {
  Telling it;
  it.begin();
  CHECK_FALSE(it.own.next());
  it.join(1, "alice");
  CHECK(in_room(it.store, "") == Lines{"alice 1 host-1"});
  CHECK(it.own.say(it.now).empty());
  it.join(2, "bob");
  it.now += Own::gather;
  auto records = it.own.say(it.now);
  REQUIRE(records.size() == 1);
  CHECK(records[0].kind == Kind::change);
  CHECK(records[0].seq == 2);
  CHECK(users(records[0]) == Lines{"alice", "bob"});
  CHECK(it.own.seq() == 1);
  it.own.answered(true, it.now);
  CHECK(it.own.seq() == 2);

  it.own.leave(1, it.now);
  CHECK(in_room(it.store, "") == Lines{"bob 1 host-1"});
  it.now += Own::gather;
  records = it.own.say(it.now);
  REQUIRE(records.size() == 1);
  CHECK(records[0].left == std::vector<std::uint64_t>{1});
}

TEST_CASE("who came and went before anything was said is not said") {
  Telling it;
  it.begin();
  it.join(1, "alice");
  it.own.leave(1, it.now);
  it.now += Own::gather;
  CHECK(it.own.say(it.now).empty());
  CHECK(it.own.quiet());
}

TEST_CASE("while an answer is waited for, changes gather") {
  Telling it;
  it.begin();
  it.join(1, "alice");
  it.now += Own::gather;
  CHECK(it.own.say(it.now).size() == 1);
  it.join(2, "bob");
  it.own.leave(1, it.now);
  it.now += 1h;
  CHECK(it.own.say(it.now).empty());
  it.own.answered(true, it.now);
  const auto records = it.own.say(it.now);
  REQUIRE(records.size() == 1);
  CHECK(users(records[0]) == Lines{"bob"});
  CHECK(records[0].left == std::vector<std::uint64_t>{1});
}

TEST_CASE("when something that was said may be missing in the log, a snapshot says it all") {
  Telling it;
  it.begin();
  it.join(1, "alice");
  it.now += Own::gather;
  CHECK(it.own.say(it.now).size() == 1);
  it.own.answered(false, it.now);
  it.join(2, "bob");
  CHECK(it.own.say(it.now).empty());
  CHECK(it.own.seq() == 1);
  it.now += Own::after_failure;
  CHECK(it.own.next() <= it.now);
  const auto records = it.own.say(it.now);
  REQUIRE(records.size() == 1);
  CHECK(records[0].kind == Kind::snapshot);
  CHECK(records[0].seq == 3);  // later than the change that may be there after all
  CHECK(users(records[0]) == Lines{"alice", "bob"});
  it.own.answered(true, it.now);
  CHECK(it.own.seq() == 3);
  CHECK(it.own.quiet());
}

TEST_CASE("who asks gets a snapshot of what was said, others who ask share it, and it is not said too often") {
  Telling it;
  it.begin();
  it.now += 1h;
  it.join(1, "alice");
  it.own.asked(it.now);
  it.own.asked(it.now + 50ms);
  it.now += Own::before_snapshot;
  auto records = it.own.say(it.now);
  REQUIRE(records.size() == 2);
  CHECK(records[0].kind == Kind::change);
  CHECK(records[0].seq == 2);
  CHECK(records[1].kind == Kind::snapshot);
  CHECK(records[1].seq == 2);
  CHECK(users(records[1]) == Lines{"alice"});
  it.own.answered(true, it.now);
  it.own.asked(it.now);
  CHECK(it.own.say(it.now + Own::between_snapshots - 1ms).empty());
  records = it.own.say(it.now + Own::between_snapshots);
  REQUIRE(records.size() == 1);
  CHECK(records[0].kind == Kind::snapshot);
  CHECK(records[0].seq == 2);
}

TEST_CASE("many connections are said in records of a bounded size, numbered so that none can be missing") {
  Telling it;
  it.begin();
  constexpr std::size_t many = 5'000;
  for (std::size_t i = 1; i <= many; ++i) it.join(i, std::string(100, 'x') + std::to_string(i));
  it.now += Own::gather;
  const auto check = [&](const std::vector<wire::HostRecord>& records, Kind kind) {
    std::size_t connections = 0;
    REQUIRE(records.size() > 1);
    for (std::size_t i = 0; i < records.size(); ++i) {
      CHECK(records[i].kind == kind);
      CHECK(records[i].seq == (kind == Kind::change ? 2 + i : records[0].seq));
      if (kind == Kind::snapshot) {
        CHECK(records[i].part == i);
        CHECK(records[i].parts == records.size());
      }
      std::string json;
      append_json(json, records[i]);
      CHECK(json.size() < 200'000);
      connections += records[i].joined.size();
    }
    CHECK(connections == many);
  };
  check(it.own.say(it.now), Kind::change);
  it.own.answered(true, it.now);
  it.own.asked(it.now);
  it.now += Own::between_snapshots;
  check(it.own.say(it.now), Kind::snapshot);
}
