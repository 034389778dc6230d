// The glue between the host and prometheus::HttpServer.
#include "chatd/sdk/plugin.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/diagnostics.hpp"
#include "chatd/sdk/metrics.hpp"
#include "plugins/prometheus/http.hpp"
#include "plugins/prometheus/options.hpp"
#include "plugins/prometheus/pages.hpp"

namespace chatd::prometheus {
namespace {

class PrometheusPlugin final : public sdk::Plugin, public sdk::MetricsExporter, public sdk::Diagnostics {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override { return read_options(section, options_); }
  sdk::Result<> start(const sdk::Context& context) noexcept override {
    const auto listen = parse_listen(options_.listen);
    if (!listen) return std::unexpected(listen.error());
    auto server = HttpServer::open(listen->host, listen->port);
    if (!server) return std::unexpected(server.error());
    pages_.emplace(context.metrics, context.host, std::string(context.server_id));
    server_ = *std::move(server);
    server_->start(*pages_);
    context.log.info("metrics on http://", server_->address(), "/metrics, health on /livez and /readyz");
    return {};
  }
  sdk::Result<> drain(sdk::Deadline) noexcept override { return {}; }
  void stop() noexcept override { server_.reset(); }
  sdk::MetricsExporter* metrics_exporter() noexcept override { return this; }
  sdk::Diagnostics* diagnostics() noexcept override { return this; }
  void diagnose(const sdk::Inquiry&, sdk::Diagnosis& out) noexcept override {
    out.listens("metrics and health", options_.listen);
  }
  std::string address() const override { return server_ ? server_->address() : std::string(); }

 private:
  Options options_;
  std::optional<HostPages> pages_;
  std::unique_ptr<HttpServer> server_;  // last: its thread uses the pages
};

}  // namespace
}  // namespace chatd::prometheus

CHATD_PLUGIN(chatd::prometheus::PrometheusPlugin, "prometheus", "0.1.0")
