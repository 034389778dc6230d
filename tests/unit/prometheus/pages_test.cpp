#include "plugins/prometheus/pages.hpp"

#include "catch.hpp"

using namespace chatd;
using namespace chatd::prometheus;
using sdk::MetricFamily;
using sdk::MetricKind;

namespace {

std::vector<MetricFamily> some() {
  return {{.name = "chatd_a_total",
           .help = "as",
           .kind = MetricKind::counter,
           .bounds = {},
           .samples = {{.labels = {{"code", "a\"b\\c\nd"}}, .value = 3, .counts = {}}}},
          {.name = "chatd_g",
           .help = "gs",
           .kind = MetricKind::gauge,
           .bounds = {},
           .samples = {{.labels = {}, .value = 0.5, .counts = {}}}},
          {.name = "chatd_h_seconds",
           .help = "hs",
           .kind = MetricKind::histogram,
           .bounds = {0.0005, 2},
           .samples = {{.labels = {}, .value = 0, .counts = {1, 2, 4}, .sum = 9.5}}}};
}

struct State final : sdk::HostState {
  std::vector<sdk::Condition> conditions() const override {
    return {{"broker", well, well ? "" : "\"b\" is down"}, {"log", true, ""}};
  }
  bool alive() const noexcept override { return lives; }
  bool well = true;
  bool lives = true;
};

}  // namespace

TEST_CASE("the text format") {
  const auto text = text_format(some());
  INFO(text);
  CHECK(text.find("# HELP chatd_a_total as\n# TYPE chatd_a_total counter\nchatd_a_total{code=\"a\\\"b\\\\c\\nd\"} 3\n") == 0);
  CHECK(text.find("\nchatd_g 0.5\n") != text.npos);
  CHECK(text.find("chatd_h_seconds_count 7\n") != text.npos);
  CHECK(text.find("chatd_h_seconds_sum 9.5\n") != text.npos);
  CHECK(text.find("chatd_h_seconds_bucket{le=\"0.0005\"} 1\n") != text.npos);
  CHECK(text.find("chatd_h_seconds_bucket{le=\"2\"} 3\n") != text.npos);
  CHECK(text.find("chatd_h_seconds_bucket{le=\"+Inf\"} 7\n") != text.npos);
}

TEST_CASE("OpenMetrics") {
  CHECK(open_metrics(some()) ==
        "# TYPE chatd_a counter\n# HELP chatd_a as\nchatd_a_total{code=\"a\\\"b\\\\c\\nd\"} 3\n"
        "# TYPE chatd_g gauge\n# HELP chatd_g gs\nchatd_g 0.5\n"
        "# TYPE chatd_h_seconds histogram\n# HELP chatd_h_seconds hs\n"
        "chatd_h_seconds_bucket{le=\"0.0005\"} 1\nchatd_h_seconds_bucket{le=\"2\"} 3\nchatd_h_seconds_bucket{le=\"+Inf\"} 7\n"
        "chatd_h_seconds_sum 9.5\nchatd_h_seconds_count 7\n# EOF\n");
}

TEST_CASE("readiness names what is missing, and liveness is another matter") {
  State state;
  HostPages pages(nullptr, &state, "host-1");
  auto ready = pages.page("/readyz", "");
  CHECK(ready.status == 200);
  CHECK(
      ready.body ==
      R"({"ready":true,"server_id":"host-1","conditions":[{"name":"broker","met":true,"text":""},{"name":"log","met":true,"text":""}]})"
      "\n");
  state.well = false;
  ready = pages.page("/readyz", "");
  CHECK(ready.status == 503);
  CHECK(
      ready.body ==
      R"({"ready":false,"server_id":"host-1","conditions":[{"name":"broker","met":false,"text":"\"b\" is down"},{"name":"log","met":true,"text":""}]})"
      "\n");
  CHECK(pages.page("/livez", "").status == 200);
  CHECK(pages.page("/statusz", "").body == "chatd host-1\n\n  NOT  broker: \"b\" is down\n  ok   log\n");
  state.lives = false;
  CHECK(pages.page("/livez", "").status == 503);
}

TEST_CASE("metrics come in the format that is asked for, and other pages are not there") {
  HostPages pages(nullptr, nullptr, "host-1");
  CHECK(pages.page("/metrics", "").type == "text/plain; version=0.0.4; charset=utf-8");
  const auto open = pages.page("/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
  CHECK(open.type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(open.body == "# EOF\n");
  CHECK(pages.page("/secret", "").status == 404);
}
