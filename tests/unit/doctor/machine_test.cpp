#include "host/doctor/machine.hpp"

#include "catch.hpp"

using namespace chatd;
using sdk::Grade;

TEST_CASE("too few open files for the connections allowed are a warning that says both ways out") {
  const auto few = doctor::descriptors(1'024, 100'000);
  CHECK(few.grade == Grade::warn);
  CHECK(few.value == "1024 may be open, and limits.connections is 100000");
  CHECK(few.remedy.find("allow 100256 ") != std::string::npos);
  CHECK(few.remedy.find("lower limits.connections to 768") != std::string::npos);
  CHECK(doctor::descriptors(100'255, 100'000).grade == Grade::warn);
}

TEST_CASE("enough open files are well, and so is any number of connections") {
  CHECK(doctor::descriptors(100'256, 100'000).grade == Grade::ok);
  CHECK(doctor::descriptors(1'024, 0).grade == Grade::ok);
}

TEST_CASE("the clock is looked at, and what is amiss has a remedy") {
  const auto clock = doctor::clock();
  CHECK(clock.what == "clock");
  CHECK((clock.grade == Grade::ok) == clock.remedy.empty());
}
