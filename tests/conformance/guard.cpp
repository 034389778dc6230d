// What runs a case: the case's process may hang, crash, or end as it likes; the verdict says so.
#include <cstdlib>
#include <thread>

#include "catch.hpp"
#include "memory_factory.hpp"

namespace {

using namespace chatd;
using namespace chatd::sdk::testing;

Verdict run(Verdict (*body)(BrokerFactory&), std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  test::MemoryFactory factory({.name = "1 partition"});
  return run_guarded(BrokerCase{"case", "promise", body}, factory, limit);
}

}  // namespace

TEST_CASE("a verdict comes back from the case's process", "[guard]") {
  CHECK(run([](BrokerFactory&) { return Verdict{}; }).outcome == Outcome::held);
  const auto broken = run([](BrokerFactory&) { return Verdict{Outcome::broken, "expected one\nline"}; });
  CHECK(broken.outcome == Outcome::broken);
  CHECK(broken.text == "expected one line");
  const auto declined = run([](BrokerFactory&) { return Verdict{Outcome::not_applicable, "why"}; });
  CHECK(declined.outcome == Outcome::not_applicable);
  CHECK(declined.text == "why");
}

TEST_CASE("a case that hangs is ended at its limit", "[guard]") {
  const auto body = [](BrokerFactory& factory) {
    factory.step("waiting for nothing");
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
    return Verdict{};
  };
  const auto verdict = run(body, std::chrono::milliseconds(200));
  CHECK(verdict.outcome == Outcome::broken);
  CHECK(verdict.text == "it hung: not over within 200 ms; the last step was waiting for nothing");
}

TEST_CASE("a process that ends without a verdict breaks the case", "[guard]") {
  CHECK(run([](BrokerFactory&) -> Verdict { std::_Exit(0); }).text ==
        "its process ended without a verdict, last step: the first step");
  CHECK(run([](BrokerFactory&) -> Verdict { std::_Exit(7); }).text ==
        "its process ended with status 7, last step: the first step");
}
