#include "host/observe/registry.hpp"

#include <array>
#include <thread>

#include "catch.hpp"

using namespace chatd;
using observe::Registry;
using sdk::MetricKind;

TEST_CASE("an instrument is the same for the same name and labels") {
  Registry registry;
  auto& one = registry.counter("chatd_a_total", "as");
  CHECK(&registry.counter("chatd_a_total", "as") == &one);
  auto& other = registry.counter("chatd_a_total", "as", {{"code", "OK"}});
  CHECK(&other != &one);
  one.add();
  other.add(5);
  registry.gauge("chatd_b", "bs").set(-1.5);
  const auto families = registry.snapshot();
  REQUIRE(families.size() == 2);
  CHECK(families[0].name == "chatd_a_total");
  CHECK(families[0].help == "as");
  CHECK(families[0].kind == MetricKind::counter);
  REQUIRE(families[0].samples.size() == 2);
  CHECK(families[0].samples[0].value == 1);
  CHECK(families[0].samples[1].value == 5);
  CHECK(families[0].samples[1].labels == sdk::Labels{{"code", "OK"}});
  CHECK(families[1].kind == MetricKind::gauge);
  CHECK(families[1].samples[0].value == -1.5);
}

TEST_CASE("a histogram counts a value at the first bound that is not below it") {
  Registry registry;
  constexpr std::array bounds{1.0, 2.0};
  auto& histogram = registry.histogram("chatd_h_seconds", "hs", bounds);
  for (const double value : {0.5, 1.0, 1.5, 2.0, 9.0}) histogram.observe(value);
  const auto families = registry.snapshot();
  REQUIRE(families.size() == 1);
  CHECK(families[0].bounds == std::vector<double>{1, 2});
  REQUIRE(families[0].samples.size() == 1);
  CHECK(families[0].samples[0].counts == std::vector<std::uint64_t>{2, 2, 1});
  CHECK(families[0].samples[0].sum == 14);
}

TEST_CASE("sources are asked until they are removed, and stand beside instruments of their name") {
  struct Source final : sdk::MetricSource {
    void collect(sdk::MetricSink& sink) noexcept override {
      sink.counter("chatd_a_total", "of the source", 7, {{"from", "source"}});
      sink.gauge("chatd_g", "gs", 3);
    }
  } source;
  Registry registry;
  registry.counter("chatd_a_total", "as").add();
  registry.add(source);
  auto families = registry.snapshot();
  REQUIRE(families.size() == 2);
  CHECK(families[0].samples.size() == 2);
  CHECK(families[0].help == "as");
  CHECK(families[1].samples[0].value == 3);
  registry.remove(source);
  CHECK(registry.snapshot().size() == 1);
}

TEST_CASE("threads that count the same lose nothing") {
  Registry registry;
  auto& counter = registry.counter("chatd_a_total", "as");
  auto& histogram = registry.histogram("chatd_h", "hs", sdk::Histogram::seconds);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 10'000; ++n) {
          counter.add();
          histogram.observe(1);
        }
      });
    }
    for (int n = 0; n < 100; ++n) (void)registry.snapshot();
  }
  CHECK(counter.value() == 40'000);
  CHECK(histogram.sum() == 40'000);
}
