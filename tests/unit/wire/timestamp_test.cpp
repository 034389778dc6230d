#include "host/wire/timestamp.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace chatd::wire;

namespace {

constexpr std::int64_t noon = 1'795'353'783;  // 2026-11-22T13:23:03Z

std::string written(Timestamp t) {
  std::string out;
  append_rfc3339(out, t);
  return out;
}

}  // namespace

TEST_CASE("RFC 3339 is read to the nanosecond and written as Go writes it") {
  struct Row {
    const char* text;
    Timestamp moment;
    const char* canonical;
  };
  const std::vector<Row> rows{
      {"2026-11-22T13:23:03Z", {noon, 0}, "2026-11-22T13:23:03Z"},
      {"2026-11-22T13:23:03.1Z", {noon, 100'000'000}, "2026-11-22T13:23:03.1Z"},
      {"2026-11-22T13:23:03.12Z", {noon, 120'000'000}, "2026-11-22T13:23:03.12Z"},
      {"2026-11-22T13:23:03.123Z", {noon, 123'000'000}, "2026-11-22T13:23:03.123Z"},
      {"2026-11-22T13:23:03.1234Z", {noon, 123'400'000}, "2026-11-22T13:23:03.1234Z"},
      {"2026-11-22T13:23:03.12345Z", {noon, 123'450'000}, "2026-11-22T13:23:03.12345Z"},
      {"2026-11-22T13:23:03.123456Z", {noon, 123'456'000}, "2026-11-22T13:23:03.123456Z"},
      {"2026-11-22T13:23:03.1234567Z", {noon, 123'456'700}, "2026-11-22T13:23:03.1234567Z"},
      {"2026-11-22T13:23:03.12345678Z", {noon, 123'456'780}, "2026-11-22T13:23:03.12345678Z"},
      {"2026-11-22T13:23:03.123456789Z", {noon, 123'456'789}, "2026-11-22T13:23:03.123456789Z"},
      {"2026-11-22T13:23:03.1234567899999Z", {noon, 123'456'789}, "2026-11-22T13:23:03.123456789Z"},
      {"2026-11-22T13:23:03.000000001Z", {noon, 1}, "2026-11-22T13:23:03.000000001Z"},
      {"2026-11-22T13:23:03.100000000Z", {noon, 100'000'000}, "2026-11-22T13:23:03.1Z"},
      {"2026-11-22T13:23:03.0Z", {noon, 0}, "2026-11-22T13:23:03Z"},
      {"2026-11-22T22:23:03+09:00", {noon, 0}, "2026-11-22T13:23:03Z"},
      {"2026-11-22T12:53:03.5-00:30", {noon, 500'000'000}, "2026-11-22T13:23:03.5Z"},
      {"2026-11-22T13:23:03+00:00", {noon, 0}, "2026-11-22T13:23:03Z"},
      {"2026-11-22t13:23:03z", {noon, 0}, "2026-11-22T13:23:03Z"},
      {"2026-01-01T08:59:59+09:00", {1'767'225'599, 0}, "2025-12-31T23:59:59Z"},
      {"2024-02-29T00:00:00Z", {1'709'164'800, 0}, "2024-02-29T00:00:00Z"},
      {"2000-02-29T23:59:59Z", {951'868'799, 0}, "2000-02-29T23:59:59Z"},
      {"1970-01-01T00:00:00Z", {0, 0}, "1970-01-01T00:00:00Z"},
      {"1969-12-31T23:59:59.999999999Z", {-1, 999'999'999}, "1969-12-31T23:59:59.999999999Z"},
      {"0001-01-01T00:00:00Z", {-62'135'596'800, 0}, "0001-01-01T00:00:00Z"},
      {"0001-01-01T23:59:00+23:59", {-62'135'596'800, 0}, "0001-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59.999999999Z", {253'402'300'799, 999'999'999}, "9999-12-31T23:59:59.999999999Z"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto read = parse_rfc3339(row.text);
    REQUIRE(read);
    CHECK(read->seconds == row.moment.seconds);
    CHECK(read->nanos == row.moment.nanos);
    CHECK(written(*read) == row.canonical);
    CHECK(parse_rfc3339(row.canonical) == row.moment);
  }
}

TEST_CASE("what is no RFC 3339 time is refused") {
  const std::vector<std::string> wrong{
      "",
      "2026",
      "2026-11-22",
      "now",
      "2026-11-22T13:23:03",    // no zone
      "2026-11-22T13:23:03.1",  // nor here
      "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z",
      "2026-02-30T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-01-00T00:00:00Z",
      "2025-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z",  // no leap years
      "2026-11-22T24:00:00Z",
      "2026-11-22T13:60:03Z",
      "2026-11-22T13:23:60Z",
      "2026-11-22T13:23:03.Z",  // a point and no digit
      "2026-11-22T13:23:03,1Z",
      "2026-11-22T13:23:03+0900",
      "2026-11-22T13:23:03+9:00",
      "2026-11-22T13:23:03+24:00",
      "2026-11-22T13:23:03+00:60",
      "2026-11-22T13:23:03+09",
      "2026-11-22T13:23:03Z+09:00",
      "2026-11-22T13:23:03Zx",
      "2026-11-22T13:23:03Z ",
      " 2026-11-22T13:23:03Z",
      "2026-11-22 13:23:03Z",
      "2026/11/22T13:23:03Z",
      "2026-11-22T13.23.03Z",
      "-026-11-22T13:23:03Z",
      "+026-11-22T13:23:03Z",
      "02026-11-22T13:23:03Z",
      "2026-1-22T13:23:03Z",
      "2026-11-22T3:23:03Z",
      "0000-12-31T23:59:59Z",
      "0001-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",  // out of range
      std::string("2026-11-22T13:23:03Z\0", 21),
  };
  for (const auto& text : wrong) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

// Only letters have a case: a separator with one bit changed is another character.
TEST_CASE("control characters are no separators in a timestamp") {
  const std::string right = "2026-11-22T13:23:03+09:00";
  REQUIRE(parse_rfc3339(right));
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const bool digit = c >= '0' && c <= '9';
      if (c == right[at] || digit || (right[at] == 'T' && c == 't') || (right[at] == '+' && c == '-')) continue;
      std::string text = right;
      text[at] = c;
      CAPTURE(at, byte);
      CHECK_FALSE(parse_rfc3339(text));
    }
  }
}

TEST_CASE("every day of four centuries is written as it was read") {
  for (std::int64_t day = -135'140; day < 11'017; ++day) {  // 1600-01-01 to 2000-03-01
    const Timestamp moment{day * 86'400 + day % 86'400, 7};
    if (parse_rfc3339(written(moment)) != moment) FAIL(day);
  }
}

TEST_CASE("only moments of the years 0001 to 9999 are valid") {
  CHECK(valid({0, 0}));
  CHECK(valid({-62'135'596'800, 0}));
  CHECK_FALSE(valid({-62'135'596'801, 999'999'999}));
  CHECK(valid({253'402'300'799, 999'999'999}));
  CHECK_FALSE(valid({253'402'300'800, 0}));
  CHECK_FALSE(valid({0, -1}));
  CHECK_FALSE(valid({0, 1'000'000'000}));
}

TEST_CASE("the broker's time becomes a timestamp whose nanoseconds count forward") {
  using namespace std::chrono;
  CHECK(timestamp(chatd::sdk::Time{nanoseconds{1'500'000'000}}) == Timestamp{1, 500'000'000});
  CHECK(timestamp(chatd::sdk::Time{nanoseconds{0}}) == Timestamp{0, 0});
  CHECK(timestamp(chatd::sdk::Time{nanoseconds{-1}}) == Timestamp{-1, 999'999'999});
  CHECK(timestamp(chatd::sdk::Time{nanoseconds{-1'000'000'000}}) == Timestamp{-1, 0});
}
