// Result: what a scenario found. One table for people, one JSON object for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bench/histogram.hpp"

namespace chatd::bench {

class Result {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string>;

  explicit Result(std::string scenario);

  // Everything keeps its order. Names are snake_case and end in their unit: "server_cpu_us_per_delivery".
  void parameter(std::string name, Value value);
  void figure(std::string name, double value);
  // NAME_p50_ms, _p95_, _p99_, _p99_9_, _max_ in milliseconds; nothing when nothing was recorded.
  void latencies(std::string_view name, const Histogram& histogram);
  // What must be zero; a count above makes the result bad.
  void must_be_zero(std::string name, std::uint64_t count);
  // A line for people about what went wrong; makes the result bad.
  void complain(std::string line);

  [[nodiscard]] bool good() const noexcept { return good_; }

  [[nodiscard]] std::string table() const;
  // {"scenario", "time", "version", "machine": {…}, "parameters": {…}, "figures": {…}, "wrong": {…}, "complaints": […], "good"}
  [[nodiscard]] std::string json() const;

 private:
  std::string scenario_;
  std::vector<std::pair<std::string, Value>> parameters_;
  std::vector<std::pair<std::string, double>> figures_;
  std::vector<std::pair<std::string, std::uint64_t>> wrong_;
  std::vector<std::string> complaints_;
  bool good_ = true;
};

}  // namespace chatd::bench
