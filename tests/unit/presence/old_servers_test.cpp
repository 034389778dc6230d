#include "host/presence/old_servers.hpp"

#include "catch.hpp"
#include "plugins/identity/presence/memory_store.hpp"
#include "seen.hpp"

using namespace chatd;
using namespace chatd::presence;
using namespace std::chrono_literals;

namespace {

struct Hearing {
  identity::MemoryStore store;
  Notices notices{5s};
  Ledger ledger{store, notices};
  OldServers old{ledger};
  sdk::Time wall{1'800'000'000s};
  sdk::Deadline now{1h};

  void pass(std::chrono::nanoseconds time) {
    wall += time;
    now += std::chrono::duration_cast<sdk::Deadline::duration>(time);
    old.look(wall, now);
    ledger.expire(now);
  }
  // Said so long ago.
  void hear(const std::string& user, bool connected, std::chrono::nanoseconds ago = 0s, const std::string& server = "go-1") {
    old.hear(wire::ConnectionEvent{user, server, connected, wire::timestamp(wall - ago)}, wall, now);
  }
  Lines here() { return in_room(store, ""); }
};

}  // namespace

TEST_CASE("an old server's users are in the lobby from their event on, once each, until they leave") {
  Hearing it;
  it.hear("alice", true);
  it.hear("alice", true);
  it.hear("bob", true);
  CHECK(it.here() == Lines{"alice 1 go-1", "bob 1 go-1"});
  it.hear("alice", false);
  CHECK(it.here() == Lines{"bob 1 go-1"});
  it.hear("alice", true);
  CHECK(it.here() == Lines{"alice 1 go-1", "bob 1 go-1"});
}

TEST_CASE("an old server that says nothing for two minutes is gone with its users, and whatever it says keeps them") {
  Hearing it;
  it.hear("alice", true);
  it.pass(2min - 1ms);
  CHECK(it.here() == Lines{"alice 1 go-1"});
  it.hear("bob", true);
  it.pass(1min);
  CHECK(it.here() == Lines{"alice 1 go-1", "bob 1 go-1"});
  it.pass(1min);
  CHECK(it.here().empty());
  CHECK(it.old.servers(it.wall, it.now).empty());
}

TEST_CASE("a host that starts reads the last two minutes, and nothing that is older counts") {
  Hearing it;
  it.hear("early", true, 3min, "go-2");
  it.hear("alice", true, 90s);
  it.hear("bob", true, 80s);
  it.hear("bob", false, 70s);
  CHECK(it.here() == Lines{"alice 1 go-1"});
  it.pass(51s);
  CHECK(it.here().empty());
}

TEST_CASE("a server whose clock is ahead lives no longer for it") {
  Hearing it;
  it.hear("alice", true, -1h);
  it.pass(2min);
  CHECK(it.here().empty());
}

TEST_CASE("what another host remembers is believed unless something newer is known") {
  Hearing it;
  const auto ms = [&](std::chrono::nanoseconds ago) {
    return std::chrono::floor<std::chrono::milliseconds>(it.wall - ago).time_since_epoch().count();
  };
  it.hear("bob", false, 10s);
  it.old.hear({{"go-1", "alice", ms(1h), ms(5s)}, {"go-1", "bob", ms(20s), ms(5s)}, {"go-2", "carol", ms(1h), ms(3min)}}, it.wall,
              it.now);
  CHECK(it.here() == Lines{"alice 1 go-1"});
  CHECK(it.old.users() == std::vector<wire::OldUser>{{"go-1", "alice", ms(1h), ms(5s)}});
}
