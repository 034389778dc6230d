#include "host/doctor/report.hpp"

#include "catch.hpp"
#include "host/doctor/doctor.hpp"

using namespace chatd;
using doctor::Report;
using sdk::Grade;

namespace {

Report mixed() {
  Report report;
  report.add("machine", {"clock", "synchronised", Grade::ok, {}});
  report.add("plugins.kafka", {"topic müßig, copies", "1 of each \"record\"", Grade::warn, "add brokers"});
  return report;
}

}  // namespace

TEST_CASE("findings stand in columns, each remedy below its own, and a sum ends them") {
  CHECK(mixed().table(false) ==
        "ok    clock                synchronised\n"
        "warn  topic müßig, copies  1 of each \"record\"\n"
        "                           -> add brokers\n"
        "\n"
        "1 ok, 1 warn\n");
}

TEST_CASE("colours are only where they were asked for, and for the verdict alone") {
  CHECK(mixed().table(true).starts_with("\033[32mok  \033[0m  clock"));
  CHECK(mixed().table(false).find('\033') == std::string::npos);
}

TEST_CASE("programs get one object with counts and every finding") {
  CHECK(
      mixed().json() ==
      R"({"ok":1,"warn":1,"fail":0,"findings":[)"
      R"({"area":"machine","what":"clock","value":"synchronised","verdict":"ok","remedy":""},)"
      R"({"area":"plugins.kafka","what":"topic müßig, copies","value":"1 of each \"record\"","verdict":"warn","remedy":"add brokers"}]})"
      "\n");
}

TEST_CASE("what others say cannot steer a terminal") {
  Report report;
  report.add("x", {"a\033[2J", "b\nc", Grade::fail, "d\r"});
  CHECK(report.table(false) == "fail  a [2J  b c\n             -> d \n\n0 ok, 1 fail\n");
}

TEST_CASE("what to do is told apart from what was found") {
  const auto split = doctor::failure("plugin x", "no such file; it may be hidden; install it");
  CHECK(split.value == "no such file; it may be hidden");
  CHECK(split.remedy == "install it");
  CHECK(doctor::failure("x", "broken").remedy != "");
  CHECK(split.grade == Grade::fail);
}
