// The network between hosts and brokers, in namespaces that ctest made for these tests.
#include "network.hpp"

#include "catch.hpp"
#include "cluster.hpp"
#include "run.hpp"

using namespace chatd::testing;
using namespace chatd::testing::faults;

namespace {

struct Places {
  explicit Places(const std::string& fault) : run(fault, 0) {
    // A publish that waits at a host that is cut off is tried at the other one, and reaches the log from both.
    run.publishing.attempt = std::chrono::seconds(4);
    for (const int place : {1, 2}) run.add(network.host(place, run.options()));
    run.start(24, 120);
  }

  Network network;  // first: it decides where threads are
  Run run;
};

}  // namespace

TEST_CASE("the link between one host and the brokers is cut, until it knows, and mended") {
  Places at("one host's link to the brokers is cut");
  at.network.cut(1);
  CHECK(within(restart_patience, [&] { return !serves(at.run.host(0)); }));
  CHECK(at.run.served(restart_patience));
  at.network.mend(1);
  CHECK(within(restart_patience, [&] { return serves(at.run.host(0)); }));
  CHECK(at.run.served(restart_patience));
  const auto row = at.run.finish();
  require_all_recovered(row);
  CHECK(row.repeats > 0);
  CHECK(row.story.breaks == 0);
}

TEST_CASE("no host has a route to the brokers, until all know, and has it again") {
  Places at("routes to the brokers are dropped");
  for (const int place : {1, 2}) at.network.drop_route(place);
  CHECK(within(restart_patience, [&] { return !serves(at.run.host(0)) && !serves(at.run.host(1)); }));
  for (const int place : {1, 2}) at.network.restore_route(place);
  CHECK(within(restart_patience, [&] { return serves(at.run.host(0)) && serves(at.run.host(1)); }));
  CHECK(at.run.served(restart_patience));
  const auto row = at.run.finish();
  require_all_recovered(row);
  CHECK(row.story.breaks == 0);
}
