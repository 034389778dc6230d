#include "plugins/memory/gate.hpp"

#include <thread>

#include "catch.hpp"
#include "running.hpp"

using chatd::memory::Gate;

TEST_CASE("a gate lets in up to its limit, and nobody once closed") {
  Gate gate;
  CHECK(gate.enter(2) == Gate::Entry::entered);
  CHECK(gate.enter(2) == Gate::Entry::entered);
  CHECK(gate.enter(2) == Gate::Entry::full);
  gate.leave();
  CHECK(gate.enter(2) == Gate::Entry::entered);
  CHECK(gate.inside() == 2);
  gate.close();
  gate.close();
  CHECK(gate.enter(2) == Gate::Entry::closed);
  CHECK(gate.inside() == 2);
  CHECK_FALSE(gate.wait_empty(std::chrono::steady_clock::now()));
  gate.leave();
  gate.leave();
  CHECK(gate.wait_empty(std::nullopt));
}

TEST_CASE("a closed gate is empty when the last has left") {
  Gate gate;
  REQUIRE(gate.enter(1) == Gate::Entry::entered);
  gate.close();
  const std::jthread last([&gate] { gate.leave(); });
  CHECK(gate.wait_empty(chatd::test::soon()));
}

TEST_CASE("a gate that nobody entered is empty once closed") {
  Gate gate;
  gate.close();
  CHECK(gate.wait_empty(std::chrono::steady_clock::now()));
}
