// The kafka broker on a real cluster, held to every case of the suite: a test each.
#include <string>
#include <utility>

#include "catch.hpp"
#include "kafka_factory.hpp"

namespace {

using namespace chatd;
using sdk::testing::broker_cases;
using sdk::testing::Outcome;

void run(std::size_t number) {
  const auto& broker_case = broker_cases()[number];
  test::KafkaFactory factory;
  const auto verdict = run_guarded(broker_case, factory, std::chrono::seconds(150));
  INFO(broker_case.promise);
  INFO(verdict.text);
  CHECK(verdict.outcome == Outcome::held);
}

void enrol(void (*test)(), std::size_t number) {
  if (number < broker_cases().size()) REGISTER_TEST_CASE(test, std::string(broker_cases()[number].name), "[conformance]");
}

// Templates need numbers at compile time; the suite's size is known at run time only.
constexpr std::size_t most_cases = 64;

template <std::size_t number>
void run_one() {
  run(number);
}

template <std::size_t... numbers>
bool register_all(std::index_sequence<numbers...>) {
  (enrol(run_one<numbers>, numbers), ...);
  return true;
}

const bool registered = register_all(std::make_index_sequence<most_cases>());

}  // namespace

TEST_CASE("every case of the suite is a test here", "[conformance]") {
  CHECK(registered);
  CHECK(broker_cases().size() <= most_cases);
  CHECK(broker_cases().size() >= 46);
}
