#include "bench/result.hpp"

#include <cmath>
#include <limits>

#include <rapidjson/document.h>

#include "catch.hpp"

using chatd::bench::Histogram;
using chatd::bench::Result;

TEST_CASE("bench result: everything stands in the JSON") {
  Result result("fanout");
  result.parameter("streams", std::int64_t{1000});
  result.parameter("room", std::string("\"a\"\n"));
  result.parameter("quick", true);
  result.parameter("rate", 0.5);
  result.figure("deliveries", 12);
  result.figure("nothing", std::numeric_limits<double>::quiet_NaN());
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.record(std::chrono::milliseconds(i));
  result.latencies("latency", histogram);
  result.latencies("never", Histogram());
  result.must_be_zero("lost", 0);
  CHECK(result.good());
  result.must_be_zero("repeated", 3);
  result.complain("a stream ended");
  CHECK_FALSE(result.good());

  rapidjson::Document json;
  json.Parse(result.json().c_str());
  REQUIRE_FALSE(json.HasParseError());
  CHECK(std::string(json["scenario"].GetString()) == "fanout");
  CHECK(json["machine"]["cores"].GetUint() > 0);
  CHECK(json["parameters"]["streams"].GetInt() == 1000);
  CHECK(std::string(json["parameters"]["room"].GetString()) == "\"a\"\n");
  CHECK(json["parameters"]["quick"].GetBool());
  CHECK(json["parameters"]["rate"].GetDouble() == 0.5);
  CHECK(json["figures"]["deliveries"].GetDouble() == 12);
  CHECK(json["figures"]["nothing"].IsNull());
  CHECK(std::abs(json["figures"]["latency_p50_ms"].GetDouble() - 50) < 0.05);
  CHECK(json["figures"]["latency_max_ms"].GetDouble() == 100);
  CHECK_FALSE(json["figures"].HasMember("never_p50_ms"));
  CHECK(json["wrong"]["lost"].GetInt() == 0);
  CHECK(json["wrong"]["repeated"].GetInt() == 3);
  CHECK(std::string(json["complaints"][0].GetString()) == "a stream ended");
  CHECK_FALSE(json["good"].GetBool());
}

TEST_CASE("bench result: the table has the figures in a column, and of what is wrong only what is") {
  Result result("idle");
  result.figure("a", 1234.5678);
  result.figure("longer_name", 0.5);
  result.must_be_zero("lost", 0);
  result.must_be_zero("repeated", 2);
  result.complain("why");
  CHECK(result.table() ==
        "idle\n"
        "  a            1235\n"
        "  longer_name  0.500\n"
        "  repeated     2  WRONG\n"
        "  why\n");
}
