#include "plugins/prometheus/pages.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "chatd/sdk/text.hpp"

namespace chatd::prometheus {
namespace {

namespace prom = ::prometheus;
using sdk::MetricFamily;
using sdk::MetricKind;

constexpr std::string_view text_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view open_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

prom::MetricType type(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return prom::MetricType::Counter;
    case MetricKind::gauge:
      return prom::MetricType::Gauge;
    case MetricKind::histogram:
      return prom::MetricType::Histogram;
  }
  return prom::MetricType::Untyped;
}

std::uint64_t total(const MetricFamily::Sample& sample) {
  return std::accumulate(sample.counts.begin(), sample.counts.end(), std::uint64_t{});
}

// Calls `take(bound, count up to it)` for each bucket, the last one infinite.
template <class Take>
void buckets(const MetricFamily& family, const MetricFamily::Sample& sample, Take take) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < sample.counts.size(); ++at) {
    sum += sample.counts[at];
    take(at < family.bounds.size() ? family.bounds[at] : std::numeric_limits<double>::infinity(), sum);
  }
}

prom::ClientMetric converted(const MetricFamily& family, const MetricFamily::Sample& sample) {
  prom::ClientMetric out;
  for (const auto& [name, value] : sample.labels) out.label.push_back({name, value});
  switch (family.kind) {
    case MetricKind::counter:
      out.counter.value = sample.value;
      break;
    case MetricKind::gauge:
      out.gauge.value = sample.value;
      break;
    case MetricKind::histogram:
      out.histogram.sample_count = total(sample);
      out.histogram.sample_sum = sample.sum;
      buckets(family, sample, [&](double bound, std::uint64_t count) { out.histogram.bucket.push_back({count, bound}); });
      break;
  }
  return out;
}

std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (std::isnan(value)) return "NaN";
  std::array<char, 40> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general).ptr};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\\' || c == '"')
      out += {'\\', c};
    else
      out += c;
  }
  return out;
}

std::string label_text(const sdk::Labels& labels, std::string_view more = {}) {
  std::string out;
  for (const auto& [name, value] : labels) sdk::append(out, sdk::text(out.empty() ? "" : ",", name, "=\"", escaped(value), '"'));
  if (!more.empty()) sdk::append(out, sdk::text(out.empty() ? "" : ",", more));
  return out.empty() ? out : sdk::text('{', out, '}');
}

std::string json(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20)
      sdk::append(out, sdk::text("\\u00", hex[code >> 4U], hex[code & 15U]));
    else if (c == '"' || c == '\\')
      out += {'\\', c};
    else
      out += c;
  }
  return out + '"';
}

bool wants_open_metrics(std::string_view accept) { return accept.find("application/openmetrics-text") != accept.npos; }

}  // namespace

std::string text_format(const std::vector<MetricFamily>& families) {
  std::vector<prom::MetricFamily> all;
  all.reserve(families.size());
  for (const auto& family : families) {
    auto& out = all.emplace_back();
    out.name = family.name;
    out.help = family.help;
    out.type = type(family.kind);
    for (const auto& sample : family.samples) out.metric.push_back(converted(family, sample));
  }
  return prom::TextSerializer().Serialize(all);
}

std::string open_metrics(const std::vector<MetricFamily>& families) {
  std::string out;
  for (const auto& family : families) {
    std::string_view name = family.name;
    constexpr std::string_view ending = "_total";
    if (family.kind == MetricKind::counter && name.ends_with(ending)) name.remove_suffix(ending.size());
    const std::string_view kind = family.kind == MetricKind::counter ? "counter"
                                  : family.kind == MetricKind::gauge ? "gauge"
                                                                     : "histogram";
    sdk::append(out, sdk::text("# TYPE ", name, ' ', kind, "\n# HELP ", name, ' ', escaped(family.help), '\n'));
    for (const auto& sample : family.samples) {
      if (family.kind != MetricKind::histogram) {
        sdk::append(out, sdk::text(name, family.kind == MetricKind::counter ? ending : "", label_text(sample.labels), ' ',
                                   number(sample.value), '\n'));
        continue;
      }
      buckets(family, sample, [&](double bound, std::uint64_t count) {
        sdk::append(
            out, sdk::text(name, "_bucket", label_text(sample.labels, sdk::text("le=\"", number(bound), '"')), ' ', count, '\n'));
      });
      sdk::append(out, sdk::text(name, "_sum", label_text(sample.labels), ' ', number(sample.sum), '\n', name, "_count",
                                 label_text(sample.labels), ' ', total(sample), '\n'));
    }
  }
  return out + "# EOF\n";
}

Answer HostPages::page(std::string_view path, std::string_view accept) {
  if (path == "/metrics") return metrics(accept);
  if (path == "/livez") return live();
  if (path == "/readyz") return ready();
  if (path == "/statusz" || path == "/") return status();
  return {404, "text/plain; charset=utf-8", "there are /metrics, /livez, /readyz and /statusz\n"};
}

Answer HostPages::metrics(std::string_view accept) {
  const auto families = metrics_ ? metrics_->snapshot() : std::vector<MetricFamily>{};
  if (wants_open_metrics(accept)) return {200, std::string(open_type), open_metrics(families)};
  return {200, std::string(text_type), text_format(families)};
}

Answer HostPages::live() const {
  if (!host_ || host_->alive()) return {.body = "alive\n"};
  return {.status = 503, .body = "its threads do not get on; restart it\n"};
}

Answer HostPages::ready() const {
  const auto conditions = host_ ? host_->conditions() : std::vector<sdk::Condition>{};
  bool all = true;
  std::string list;
  for (const auto& condition : conditions) {
    all = all && condition.met;
    sdk::append(list, sdk::text(list.empty() ? "" : ",", "{\"name\":", json(condition.name), ",\"met\":", condition.met,
                                ",\"text\":", json(condition.text), '}'));
  }
  return {all ? 200U : 503U, "application/json",
          sdk::text("{\"ready\":", all, ",\"server_id\":", json(server_id_), ",\"conditions\":[", list, "]}\n")};
}

// For people, at a terminal.
Answer HostPages::status() const {
  std::string out = sdk::text("chatd ", server_id_, "\n\n");
  for (const auto& condition : host_ ? host_->conditions() : std::vector<sdk::Condition>{})
    sdk::append(out, sdk::text(condition.met ? "  ok   " : "  NOT  ", condition.name, condition.text.empty() ? "" : ": ",
                               condition.text, '\n'));
  if (!metrics_) return {.body = std::move(out)};
  out += '\n';
  for (const auto& family : metrics_->snapshot()) {
    if (family.kind == MetricKind::histogram) continue;
    for (const auto& sample : family.samples)
      sdk::append(out, sdk::text("  ", number(sample.value), '\t', family.name, label_text(sample.labels), '\n'));
  }
  return {.body = std::move(out)};
}

}  // namespace chatd::prometheus
