// Hosts that die, and hosts that are restarted in turn, under clients that resume.
#include <csignal>
#include <random>

#include "catch.hpp"
#include "cluster.hpp"
#include "run.hpp"
#include "sanitizer.hpp"

using namespace chatd::testing;
using namespace chatd::testing::faults;

namespace {

constexpr int crowd_size = address_sanitizer ? 60 : 300;

}  // namespace

TEST_CASE("kill -9 of one of three hosts, 20 times") {
  Run run("kill -9 of hosts, 20 times", 3);
  run.start(60, 120);
  std::mt19937_64 random(seed());
  for (int i = 0; i < 20; ++i) {
    const int host = std::uniform_int_distribution<int>(0, 2)(random);
    run.kill_host(host);
    REQUIRE(run.served(fail_over_patience));
    run.replace_host(host);
  }
  const auto row = run.finish();
  require_all_recovered(row);
  CHECK(row.story.breaks >= 20);
  CHECK(row.repeats > 0);
}

TEST_CASE("three hosts are restarted in turn by SIGTERM under 200 messages a second and 300 clients") {
  Run run("rolling restart of three hosts", 3, {"host.drain_window_ms=3000"});
  run.start(crowd_size, 200);
  for (int host = 0; host < 3; ++host) {
    run.host(host).signal(SIGTERM);
    CHECK(run.host(host).wait() == 0);
    run.replace_host(host);
    CHECK(run.served(fail_over_patience));
  }
  const auto row = run.finish();
  require_all_recovered(row);
  CHECK(row.story.breaks >= crowd_size);
  CHECK(row.story.moves >= crowd_size);
}
