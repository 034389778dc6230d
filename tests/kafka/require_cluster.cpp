// Linked into a test program, it makes KAFKA_BROKERS name the cluster that ctest's fixture has started, before the first test
// runs. Where there is none, the program says why and ends as skipped, or as failed where CI=true. A KAFKA_BROKERS given by hand
// counts.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "catch.hpp"

namespace {

constexpr int skipped = 77;  // the tests' SKIP_RETURN_CODE

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

class RequireCluster : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testRunStarting(const Catch::TestRunInfo&) override {
    if (std::getenv("KAFKA_BROKERS")) return;
    const char* const other = std::getenv("CHATD_KAFKA_STATE");
    const std::string state = other ? other : CHATD_KAFKA_STATE;
    if (const auto brokers = first_line(state + "/brokers"); !brokers.empty()) {
      ::setenv("KAFKA_BROKERS", brokers.c_str(), 1);
      return;
    }
    auto why = first_line(state + ".skipped");
    if (why.empty()) why = "no cluster runs; run the tests by ctest, or name one in KAFKA_BROKERS";
    std::cerr << "\nKAFKA TESTS ARE SKIPPED: " << why << "\n\n";
    const char* ci = std::getenv("CI");
    std::exit(ci && ci == std::string("true") ? EXIT_FAILURE : skipped);
  }
};

CATCH_REGISTER_LISTENER(RequireCluster)

}  // namespace
