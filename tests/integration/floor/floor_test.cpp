#include <cstdlib>
#include <string>
#include <vector>

#include "catch.hpp"
#include "host_process.hpp"

using namespace chatd::testing;

namespace {

// A fan-out through the floor; what chat-bench said.
Finished fanout(std::vector<std::string> more) {
  std::vector<std::string> arguments{"fanout", "--spawn", std::string(std::getenv("CHATD_BIN")) + " floor", "--json", "-"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_chatd(arguments);
}

bool says(const Finished& finished, const std::string& text) { return finished.out.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("the floor delivers each message to each stream, one at a time") {
  const auto finished = fanout({"--streams", "20", "--window", "1", "--messages", "30", "--warm-up", "0"});
  INFO(finished.out << finished.err);
  CHECK(finished.status == 0);
  CHECK(says(finished, "\"good\": true"));
  CHECK(says(finished, "\"deliveries\": 600.0"));
}

TEST_CASE("the floor delivers what came at once, in one write") {
  const auto finished = fanout({"--streams", "20", "--window", "8", "--messages", "400", "--warm-up", "0"});
  INFO(finished.out << finished.err);
  CHECK(finished.status == 0);
  CHECK(says(finished, "\"deliveries\": 8000.0"));
}

TEST_CASE("the floor serves many streams of one connection, and large messages in a named room") {
  const auto finished = fanout({"--streams", "20", "--streams-per-connection", "10", "--window", "40", "--messages", "200",
                                "--warm-up", "0", "--payload", "16000", "--room", "harbour", "--receive-window", "65535"});
  INFO(finished.out << finished.err);
  CHECK(finished.status == 0);
  CHECK(says(finished, "\"deliveries\": 4000.0"));
}

TEST_CASE("the floor says why it cannot listen") {
  const auto finished = run_chatd({"floor", "--listen", "192.0.2.1:80"});  // an address that is nobody's (RFC 5737)
  CHECK(finished.status == 1);
  CHECK(finished.err.find("cannot listen on 192.0.2.1:80") != std::string::npos);
}
