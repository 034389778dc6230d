// Brokers that are far away: a proxy between them and the hosts holds every byte back.
#include <fstream>

#include "catch.hpp"
#include "cluster.hpp"
#include "proxy.hpp"
#include "run.hpp"

using namespace chatd::testing;
using namespace chatd::testing::faults;

namespace {

std::string addresses_in(const std::string& file) {
  std::ifstream in(cluster_state() + "/" + file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

TEST_CASE("what hosts and brokers say to each other comes 300 ms late, then at once again") {
  const auto fronts = addresses_in("brokers.advertised");
  REQUIRE(fronts != "");
  Proxy proxy(fronts, addresses_in("brokers.proxied"));
  Run run("300 ms more between hosts and brokers, each way", 2, {"plugins.kafka.brokers=" + fronts});
  run.start(24, 120);
  proxy.delay(std::chrono::milliseconds(300));
  for (int i = 0; i < 3; ++i) CHECK(run.served(restart_patience));
  proxy.delay(std::chrono::milliseconds(0));
  CHECK(run.served(restart_patience));
  const auto row = run.finish();
  require_all_recovered(row);
  CHECK(row.without_answer > 0.6);
  CHECK(proxy.bytes() > 100'000);
  CHECK(row.story.breaks == 0);
}
