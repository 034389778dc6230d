// HostPages: what the host says of itself, as pages: /metrics, /livez, /readyz, /statusz.
#pragma once

#include <string>
#include <vector>

#include "chatd/sdk/metrics.hpp"
#include "plugins/prometheus/http.hpp"

namespace chatd::prometheus {

// Prometheus' text format, 0.0.4. [any] never blocks
[[nodiscard]] std::string text_format(const std::vector<sdk::MetricFamily>& families);
// OpenMetrics 1.0.0. [any] never blocks
[[nodiscard]] std::string open_metrics(const std::vector<sdk::MetricFamily>& families);

class HostPages final : public Pages {
 public:
  // Both must outlive it; null: there is nothing to show of it.
  HostPages(sdk::Metrics* metrics, const sdk::HostState* host, std::string server_id)
      : metrics_(metrics), host_(host), server_id_(std::move(server_id)) {}

  [[nodiscard]] Answer page(std::string_view path, std::string_view accept) override;

 private:
  [[nodiscard]] Answer metrics(std::string_view accept);
  [[nodiscard]] Answer live() const;
  [[nodiscard]] Answer ready() const;
  [[nodiscard]] Answer status() const;

  sdk::Metrics* const metrics_;
  const sdk::HostState* const host_;
  const std::string server_id_;
};

}  // namespace chatd::prometheus
