#include "host/presence/peers.hpp"

#include "catch.hpp"
#include "plugins/identity/presence/memory_store.hpp"
#include "seen.hpp"

using namespace chatd;
using namespace chatd::presence;
using namespace std::chrono_literals;
using Kind = wire::HostRecord::Kind;

namespace {

const sdk::Deadline start{1h};
constexpr auto interval = 5s;

wire::HostConnection connection(std::uint64_t number, const std::string& user) { return {number, 0, user, {}, {""}}; }

wire::HostRecord record(Kind kind, std::uint64_t seq, std::vector<wire::HostConnection> joined = {},
                        std::vector<std::uint64_t> left = {}) {
  wire::HostRecord record;
  record.kind = kind;
  record.server_id = "host-2";
  record.run = 7;
  record.seq = seq;
  record.parts = kind == Kind::snapshot ? 1 : 0;
  record.joined = std::move(joined);
  record.left = std::move(left);
  if (kind == Kind::heartbeat) record.interval_ms = std::chrono::milliseconds(interval).count();
  return record;
}

struct Hearing {
  identity::MemoryStore store;
  Notices notices{5s};
  Ledger ledger{store, notices};
  Peers peers{ledger, interval};
  sdk::Deadline now = start;

  void hear(wire::HostRecord one) { peers.hear(std::move(one), now); }
  // As the thread of presence does.
  void look() {
    peers.look(now, false);
    ledger.expire(now);
  }
  Lines here() { return in_room(store, ""); }
  Lines asks() { return peers.to_ask(now); }
};

}  // namespace

TEST_CASE("a snapshot and the changes after it tell who is there") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
  it.hear(record(Kind::change, 2, {connection(2, "bob"), connection(3, "carol")}));
  it.hear(record(Kind::change, 3, {}, {1, 3}));
  CHECK(it.here() == Lines{"bob 1 host-2"});
  CHECK(it.asks().empty());
}

TEST_CASE("a change that comes again changes nothing") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1));
  it.hear(record(Kind::change, 2, {connection(1, "alice")}));
  it.hear(record(Kind::change, 3, {}, {1}));
  it.hear(record(Kind::change, 2, {connection(1, "alice")}));
  CHECK(it.here().empty());
  CHECK(it.asks().empty());
}

TEST_CASE("who missed a change asks, once a second, and keeps what it knows until the snapshot comes") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice"), connection(2, "bob")}));
  SECTION("a change is missing") { it.hear(record(Kind::change, 3, {connection(5, "eve")})); }
  SECTION("a heartbeat tells of a change that never came") { it.hear(record(Kind::heartbeat, 2)); }
  CHECK(it.here() == Lines{"alice 1 host-2", "bob 1 host-2"});
  CHECK(it.asks() == Lines{"host-2"});
  CHECK(it.asks().empty());
  it.now += 1s;
  CHECK(it.asks() == Lines{"host-2"});
  it.hear(record(Kind::snapshot, 3, {connection(2, "bob"), connection(4, "dora")}));
  CHECK(it.here() == Lines{"bob 1 host-2", "dora 1 host-2"});
  it.now += 1s;
  CHECK(it.asks().empty());
  it.hear(record(Kind::change, 4, {}, {2}));
  CHECK(it.here() == Lines{"dora 1 host-2"});
}

TEST_CASE("a host that is heard of for the first time is asked") {
  Hearing it;
  it.hear(record(Kind::heartbeat, 9));
  CHECK(it.asks() == Lines{"host-2"});
}

TEST_CASE("a snapshot in parts counts when all are there, in order") {
  Hearing it;
  const auto part = [](std::uint32_t number, std::vector<wire::HostConnection> joined, std::uint64_t seq = 4) {
    auto one = record(Kind::snapshot, seq, std::move(joined));
    one.part = number;
    one.parts = 2;
    return one;
  };
  it.hear(part(1, {connection(2, "bob")}));
  CHECK(it.here().empty());
  it.hear(part(0, {connection(1, "alice")}));
  CHECK(it.here().empty());
  SECTION("then they are there") {
    it.hear(part(1, {connection(2, "bob")}));
    CHECK(it.here() == Lines{"alice 1 host-2", "bob 1 host-2"});
    CHECK(it.asks().empty());
  }
  SECTION("a part of another snapshot is none of this one") {
    it.hear(part(1, {connection(2, "bob")}, 5));
    it.hear(part(1, {connection(2, "bob")}));
    CHECK(it.here().empty());
    CHECK(it.asks() == Lines{"host-2"});
  }
}

TEST_CASE("a host that is known is not read again for others that ask") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
  it.hear(record(Kind::change, 2, {connection(2, "bob")}));
  it.hear(record(Kind::snapshot, 1));
  CHECK(it.here() == Lines{"alice 1 host-2", "bob 1 host-2"});
}

TEST_CASE("silence of two intervals ends a host's connections, and any record of it is a sign of life") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
  it.now += 9s;
  it.hear(record(Kind::heartbeat, 1));
  it.now += 10s - 1ns;
  it.look();
  CHECK(it.here() == Lines{"alice 1 host-2"});
  it.now += 1ns;
  it.look();
  CHECK(it.here().empty());
  CHECK(it.peers.servers().empty());
  SECTION("and when it was not dead after all it is asked again") {
    it.hear(record(Kind::heartbeat, 1));
    CHECK(it.asks() == Lines{"host-2"});
    it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
    CHECK(it.here() == Lines{"alice 1 host-2"});
  }
}

TEST_CASE("a host's own interval counts") {
  Hearing it;
  auto beat = record(Kind::heartbeat, 0);
  beat.interval_ms = 500;
  it.hear(beat);
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
  it.now += 1s;
  it.peers.look(it.now, false);
  CHECK(it.here().empty());
}

TEST_CASE("who is deaf takes nobody for dead, and gives them time when it hears again") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
  it.now += 1h;
  it.peers.look(it.now, true);
  it.ledger.expire(it.now);
  CHECK(it.here() == Lines{"alice 1 host-2"});
  it.now += interval - 1ns;
  it.peers.look(it.now, false);
  it.ledger.expire(it.now);
  CHECK(it.here() == Lines{"alice 1 host-2"});
  it.now += 1ns;
  it.peers.look(it.now, false);
  CHECK(it.here().empty());
}

TEST_CASE("a host that leaves takes its connections with it at once, one that starts anew leaves them behind") {
  Hearing it;
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice")}));
  SECTION("leaves") {
    it.hear(record(Kind::leaving, 0));
    CHECK(it.here().empty());
    CHECK(it.peers.servers().empty());
  }
  SECTION("starts anew") {
    auto anew = record(Kind::snapshot, 1, {connection(1, "bob")});
    anew.run = 8;
    it.hear(anew);
    CHECK(it.here() == Lines{"bob 1 host-2"});
    // What its last life said comes too late.
    it.hear(record(Kind::change, 2, {connection(2, "carol")}));
    it.hear(record(Kind::leaving, 0));
    CHECK(it.here() == Lines{"bob 1 host-2"});
    CHECK(it.asks().empty());
  }
}

TEST_CASE("the heartbeat of a host that tells nothing of presence is no reason to ask") {
  Hearing it;
  wire::HostRecord beat;
  beat.server_id = "host-3";
  it.hear(beat);
  CHECK(it.asks().empty());
  CHECK(it.peers.servers().empty());
}

TEST_CASE("the ledger tells of a user's first connection to a watched room, and of the last") {
  Hearing it;
  it.notices.watch(1, {""});
  it.hear(record(Kind::snapshot, 1, {connection(1, "alice"), connection(2, "alice")}));
  auto due = it.notices.due(start + 1s);
  REQUIRE(due.size() == 1);
  CHECK(due[0].change.came.size() == 1);
  it.hear(record(Kind::change, 2, {}, {1}));
  CHECK_FALSE(it.notices.next());
  it.hear(record(Kind::change, 3, {}, {2}));
  CHECK(it.notices.next() == start + 5s);
  // The same by the end of all: one notice, however many connections.
  it.hear(record(Kind::change, 4, {connection(3, "bob"), connection(4, "bob")}));
  (void)it.notices.due(start + 6s);
  (void)it.notices.due(start + 7s);
  it.hear(record(Kind::leaving, 0));
  (void)it.notices.due(start + 12s);
  due = it.notices.due(start + 13s);
  REQUIRE(due.size() == 1);
  CHECK(due[0].change.went.size() == 1);
}
