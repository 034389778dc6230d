// Brokers that go, hang and come back, under hosts that stay.
#include <memory>
#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "cluster.hpp"
#include "run.hpp"

using namespace chatd::testing;
using namespace chatd::testing::faults;

namespace {

constexpr int clients = 24;
constexpr int per_second = 120;

std::string named(int broker, const Outage& brokers) { return broker == brokers.controller() ? ", the active controller" : ""; }

// A run whose lobby has the active controller as leader of this partition, or has not: what the whole cluster has to do then is
// not the same. Brokers choose leaders as they like, so it may take some topics.
std::unique_ptr<Run> run_of(const std::string& fault, int partition, bool controller) {
  const Outage brokers;
  for (int i = 0; i < 30; ++i) {
    auto run = std::make_unique<Run>(fault, 0);
    if ((run->chat.messages.leader(partition) == brokers.controller()) == controller) return run;
  }
  throw std::runtime_error("thirty topics, and none has the leader that is wanted");
}

// Kills the leader of a partition of the lobby, and starts it again when another serves.
void kill_leader(const std::string& fault, int partition, bool controller) {
  const auto run = run_of(fault, partition, controller);
  for (int i = 0; i < 2; ++i) run->add(std::make_unique<HostProcess>(run->options()));
  run->start(clients, per_second);
  run->start_probe();
  Outage brokers;
  const int leader = run->chat.messages.leader(partition);
  if (!controller) run->fault += named(leader, brokers);  // it may have moved
  run->measure();
  brokers.kill(leader);
  CHECK(run->served(fail_over_patience));
  brokers.start_all();
  CHECK(run->served(restart_patience));
  const auto row = run->finish();
  require_all_recovered(row);
  CHECK(row.story.breaks == 0);
}

}  // namespace

TEST_CASE("kill -9 the leader of the first partition, and its return") {
  kill_leader("kill -9 the leader of partition 0", 0, false);
}

TEST_CASE("kill -9 the leader of the second partition, and its return") {
  kill_leader("kill -9 the leader of partition 1", 1, false);
}

TEST_CASE("kill -9 the leader that is the active controller, and its return") {
  kill_leader("kill -9 the leader that is the active controller", 0, true);
}

TEST_CASE("kill -9 two brokers in turn: the second as soon as the first is back") {
  Run run("kill -9 two brokers in turn", 2);
  run.start(clients, per_second);
  Outage brokers;
  const int first = run.chat.messages.leader(0);
  brokers.kill(first);
  CHECK(run.served(fail_over_patience));
  brokers.start_all();
  // The first has the newest only when it has caught up; until then the second may be the only one that has it.
  brokers.kill(first % 3 + 1);
  brokers.start_all();
  CHECK(run.served(restart_patience));
  require_all_recovered(run.finish());
}

TEST_CASE("kill -9 all three brokers, and their return: streams stay") {
  Run run("kill -9 all three brokers", 2);
  run.start(clients, per_second);
  Outage brokers;
  brokers.kill_all();
  CHECK(within(restart_patience, [&] { return !serves(run.host(0)) && !serves(run.host(1)); }));
  brokers.start_all();
  CHECK(run.served(restart_patience));
  const auto row = run.finish();
  require_all_recovered(row);
  CHECK(row.story.breaks == 0);
}

TEST_CASE("a leader hangs for 20 s") {
  Run run("SIGSTOP of a leader for 20 s", 2);
  run.start(clients, per_second);
  run.start_probe();
  Outage brokers;
  const int leader = run.chat.messages.leader(0);
  run.fault += named(leader, brokers);
  run.measure();
  const auto frozen = Clock::now();
  brokers.pause(leader);
  CHECK(within(std::chrono::seconds(30), [&] { return Clock::now() > frozen + std::chrono::seconds(20); }));
  brokers.resume_all();
  CHECK(run.served(restart_patience));
  const auto row = run.finish();
  require_all_recovered(row);
  CHECK(row.story.breaks == 0);
}
