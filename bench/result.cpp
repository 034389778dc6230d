#include "bench/result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "bench/machine.hpp"
#include "chatd/sdk/text.hpp"

namespace chatd::bench {
namespace {

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void write(Writer& json, std::string_view text) { json.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }
void key(Writer& json, std::string_view name) { json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

void write(Writer& json, double number) {
  if (std::isfinite(number))
    json.Double(number);
  else
    json.Null();
}

void write(Writer& json, const Result::Value& value) {
  if (const auto* yes = std::get_if<bool>(&value))
    json.Bool(*yes);
  else if (const auto* integer = std::get_if<std::int64_t>(&value))
    json.Int64(*integer);
  else if (const auto* number = std::get_if<double>(&value))
    write(json, *number);
  else
    write(json, std::string_view(std::get<std::string>(value)));
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, sizeof "2026-11-25T04:05:06Z"> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

// Three decimals where they matter, none where they are noise.
std::string readable(double number) {
  std::array<char, 64> text{};
  const double size = std::fabs(number);
  const int decimals = size >= 1000 || number == std::floor(number) ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  const int written = std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return {text.data(), static_cast<std::size_t>(written)};
}

}  // namespace

Result::Result(std::string scenario) : scenario_(std::move(scenario)) {}

void Result::parameter(std::string name, Value value) { parameters_.emplace_back(std::move(name), std::move(value)); }

void Result::figure(std::string name, double value) { figures_.emplace_back(std::move(name), value); }

void Result::latencies(std::string_view name, const Histogram& histogram) {
  if (histogram.count() == 0) return;
  const auto milliseconds = [](Histogram::Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
  };
  using Point = std::pair<std::string_view, double>;
  for (const auto& [point, percent] : {Point{"_p50_ms", 50}, {"_p95_ms", 95}, {"_p99_ms", 99}, {"_p99_9_ms", 99.9}})
    figure(sdk::text(name, point), milliseconds(histogram.percentile(percent)));
  figure(sdk::text(name, "_max_ms"), milliseconds(histogram.max()));
}

void Result::must_be_zero(std::string name, std::uint64_t count) {
  wrong_.emplace_back(std::move(name), count);
  if (count > 0) good_ = false;
}

void Result::complain(std::string line) {
  complaints_.push_back(std::move(line));
  good_ = false;
}

std::string Result::table() const {
  std::vector<std::pair<std::string_view, std::string>> rows;
  for (const auto& [name, value] : figures_) rows.emplace_back(name, readable(value));
  for (const auto& [name, count] : wrong_)
    if (count > 0) rows.emplace_back(name, sdk::text(count, "  WRONG"));
  std::size_t width = 0;
  for (const auto& [name, _] : rows) width = std::max(width, name.size());
  std::string out = scenario_ + '\n';
  for (const auto& [name, value] : rows) {
    out += "  ";
    out += name;
    out.append(width - name.size() + 2, ' ');
    out += value + '\n';
  }
  for (const auto& line : complaints_) out += "  " + line + '\n';
  return out;
}

std::string Result::json() const {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.SetIndent(' ', 2);
  json.StartObject();
  key(json, "scenario"), write(json, std::string_view(scenario_));
  key(json, "time"), write(json, std::string_view(now()));
  key(json, "version"), write(json, std::string_view(CHATD_VERSION));
  const Machine machine = Machine::read();
  key(json, "machine"), json.StartObject();
  key(json, "cpu"), write(json, std::string_view(machine.cpu));
  key(json, "cores"), json.Uint(machine.cores);
  key(json, "memory_bytes"), json.Uint64(machine.memory_bytes);
  key(json, "kernel"), write(json, std::string_view(machine.kernel));
  json.EndObject();
  key(json, "parameters"), json.StartObject();
  for (const auto& [name, value] : parameters_) key(json, name), write(json, value);
  json.EndObject();
  key(json, "figures"), json.StartObject();
  for (const auto& [name, value] : figures_) key(json, name), write(json, value);
  json.EndObject();
  key(json, "wrong"), json.StartObject();
  for (const auto& [name, count] : wrong_) key(json, name), json.Uint64(count);
  json.EndObject();
  key(json, "complaints"), json.StartArray();
  for (const auto& line : complaints_) write(json, std::string_view(line));
  json.EndArray();
  key(json, "good"), json.Bool(good_);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace chatd::bench
