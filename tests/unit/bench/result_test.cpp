#include "bench/result.hpp"

#include <cmath>
#include <limits>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

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

  google::protobuf::Struct json;
  REQUIRE(google::protobuf::util::JsonStringToMessage(result.json(), &json).ok());
  const auto object = [&](const char* name) { return json.fields().at(name).struct_value().fields(); };
  CHECK(json.fields().at("scenario").string_value() == "fanout");
  CHECK(object("machine").at("cores").number_value() > 0);
  CHECK(object("parameters").at("streams").number_value() == 1000);
  CHECK(object("parameters").at("room").string_value() == "\"a\"\n");
  CHECK(object("parameters").at("quick").bool_value());
  CHECK(object("parameters").at("rate").number_value() == 0.5);
  CHECK(object("figures").at("deliveries").number_value() == 12);
  CHECK(object("figures").at("nothing").has_null_value());
  CHECK(std::abs(object("figures").at("latency_p50_ms").number_value() - 50) < 0.05);
  CHECK(object("figures").at("latency_max_ms").number_value() == 100);
  CHECK_FALSE(object("figures").contains("never_p50_ms"));
  CHECK(object("wrong").at("lost").number_value() == 0);
  CHECK(object("wrong").at("repeated").number_value() == 3);
  CHECK(json.fields().at("complaints").list_value().values(0).string_value() == "a stream ended");
  CHECK_FALSE(json.fields().at("good").bool_value());
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
