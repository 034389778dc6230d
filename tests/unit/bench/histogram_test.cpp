#include "bench/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace std::chrono_literals;
using chatd::bench::Histogram;

TEST_CASE("histogram: percentiles are those of the sorted values, to three digits, over all magnitudes") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(0, 13.5);  // from 1 ns to 8.8 h
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(std::pow(10, exponent(random))));
    histogram.record(std::chrono::nanoseconds(values.back()));
  }
  std::ranges::sort(values);
  for (const double percent : {0.0, 1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto rank = std::max(1.0, std::ceil(percent / 100 * static_cast<double>(values.size())));
    const auto exact = values[static_cast<std::size_t>(rank) - 1];
    const auto found = histogram.percentile(percent).count();
    INFO(percent << " %: " << exact << " is told as " << found);
    CHECK(found >= exact);
    CHECK(static_cast<double>(found) <= static_cast<double>(exact) * 1.001);
  }
  CHECK(histogram.max().count() == values.back());
  CHECK(histogram.percentile(100) == histogram.max());
  CHECK(histogram.count() == values.size());
}

TEST_CASE("histogram: small values are exact") {
  Histogram histogram;
  for (int i = 1; i <= 2'047; ++i) histogram.record(std::chrono::nanoseconds(i));
  CHECK(histogram.percentile(50) == 1'024ns);
  CHECK(histogram.percentile(100) == 2'047ns);
  CHECK(histogram.mean() == 1'024ns);
}

TEST_CASE("histogram: its ends") {
  Histogram histogram;
  CHECK(histogram.percentile(50) == 0ns);
  CHECK(histogram.mean() == 0ns);
  histogram.record(-5ns);
  CHECK(histogram.max() == 0ns);
  histogram.record(1'000h);
  CHECK(histogram.max() == Histogram::longest);
  CHECK(histogram.percentile(100) == Histogram::longest);
  CHECK(histogram.count() == 2);
}

TEST_CASE("histogram: merged is as if recorded in one") {
  Histogram one, other, both;
  for (int i = 0; i < 1'000; ++i) {
    const auto value = std::chrono::microseconds(i * i);
    (i % 3 == 0 ? one : other).record(value);
    both.record(value);
  }
  one.merge(other);
  CHECK(one.count() == both.count());
  CHECK(one.max() == both.max());
  CHECK(one.mean() == both.mean());
  for (int percent = 0; percent <= 100; ++percent) CHECK(one.percentile(percent) == both.percentile(percent));
}
