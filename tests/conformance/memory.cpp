// The memory broker, held to every case of the suite in several configurations: a test each.
#include <array>
#include <string>
#include <utility>

#include "catch.hpp"
#include "memory_factory.hpp"

namespace {

using namespace chatd;
using sdk::testing::broker_cases;
using sdk::testing::Outcome;

constexpr std::array setups{
    test::MemorySetup{.name = "1 partition"},
    test::MemorySetup{.name = "4 partitions", .partitions = 4},
    test::MemorySetup{.name = "4 partitions, late answers", .partitions = 4, .latency_ms = 3},
    test::MemorySetup{.name = "late readiness", .partitions = 2, .unready_ms = 30},
};

// What memory does not offer: one process sees it, and nobody else.
constexpr std::array<std::string_view, 1> declined{"shared-log"};

void run(std::size_t setup, std::size_t number) {
  const auto& broker_case = broker_cases()[number];
  test::MemoryFactory factory(setups[setup]);
  const auto verdict = run_guarded(broker_case, factory, std::chrono::seconds(45));
  INFO(broker_case.promise);
  INFO(verdict.text);
  const bool is_declined = std::find(declined.begin(), declined.end(), broker_case.name) != declined.end();
  CHECK(verdict.outcome == (is_declined ? Outcome::not_applicable : Outcome::held));
}

void enrol(void (*test)(), std::size_t setup, std::size_t number) {
  if (number >= broker_cases().size()) return;
  REGISTER_TEST_CASE(test, std::string(broker_cases()[number].name) + " (" + std::string(setups[setup].name) + ")",
                     "[conformance]");
}

// Templates need numbers at compile time; the suite's size is known at run time only. There are hundreds: with more than this in
// each, the compiler takes half a minute.
constexpr std::size_t most_cases = 64;

template <std::size_t setup, std::size_t number>
void run_one() {
  run(setup, number);
}

template <std::size_t... both>
bool register_all(std::index_sequence<both...>) {
  (enrol(run_one<both / most_cases, both % most_cases>, both / most_cases, both % most_cases), ...);
  return true;
}

const bool registered = register_all(std::make_index_sequence<most_cases * setups.size()>());

}  // namespace

TEST_CASE("every case of the suite is a test here", "[conformance]") {
  CHECK(registered);
  CHECK(broker_cases().size() <= most_cases);
  CHECK(broker_cases().size() >= 46);
}
