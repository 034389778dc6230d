#include "host/doctor/doctor.hpp"

#include <algorithm>
#include <ctime>
#include <utility>
#include <vector>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/diagnostics.hpp"
#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"
#include "host/config/load.hpp"
#include "host/doctor/machine.hpp"
#include "host/doctor/port.hpp"
#include "tls/finding.hpp"
#include "tls/material.hpp"

namespace chatd::doctor {
namespace {

using sdk::Grade;
using sdk::text;

class SystemClock final : public sdk::Clock {
 public:
  [[nodiscard]] sdk::Time now() const noexcept override { return std::chrono::system_clock::now(); }
};

// What is found is told in the report, and not twice.
class Silence final : public sdk::Logger {
 public:
  [[nodiscard]] bool enabled(sdk::Level) const noexcept override { return false; }
  void write(sdk::Level, std::string_view) noexcept override {}
};

class Collected final : public sdk::Diagnosis {
 public:
  Collected(Report& report, std::string area) : report_(report), area_(std::move(area)) {}
  void found(sdk::Finding finding) override { report_.add(area_, std::move(finding)); }
  void listens(std::string_view what, std::string_view address) override {
    report_.add(area_, port_finding(text("port for ", what), std::string(address)));
  }

 private:
  Report& report_;
  std::string area_;
};

// As the host subscribes to them: it begins twice the window of repeats back.
std::vector<sdk::TopicNeed> topics(const config::Settings& settings) {
  const auto& broker = settings.broker;
  const std::chrono::milliseconds back(2 * broker.repeat_window_ms);
  const std::chrono::milliseconds beats(3 * settings.host.heartbeat_ms);
  return {{broker.messages_topic, back}, {broker.rooms_topic, back}, {broker.hosts_topic, beats}, {broker.connections_topic, {}}};
}

void look_at_machine(const config::Settings& settings, Report& report) {
  report.add("machine", descriptors(settings.limits.connections));
  report.add("machine", clock());
}

void look_at_certificates(const config::Settings& settings, Report& report) {
  const auto now = std::time(nullptr);
  const auto& tls = settings.tls;
  if (tls.certificate.empty()) return report.add("tls", {"clients' connections", "not encrypted", Grade::ok, {}});
  report.add("tls", tls::certificate_finding("[tls] certificate", tls.certificate, now));
  if (!tls.client_ca.empty()) report.add("tls", tls::certificate_finding("[tls] client_ca", tls.client_ca, now));
  const auto material = tls::read(config::tls_files(tls), now);
  if (!material) return;  // a problem of the configuration, told as such
  for (const auto& warning : material->warnings) {
    if (warning.starts_with(tls.key)) report.add("tls", {"[tls] key", warning, Grade::warn, text("chmod o-r ", tls.key)});
  }
}

void look_at_ports(const config::Settings& settings, Report& report) {
  report.add("ports", port_finding("port for clients", settings.host.listen));
  report.add("ports", port_finding("port for operators", settings.admin.listen));
}

bool load_each(const Asked& asked, Report& report) {
  bool all = true;
  for (const auto& id : asked.settings.plugins.load) {
    const auto what = text("plugin ", id);
    const auto library = plugin::Library::open(asked.folders, id);
    if (library) {
      report.add("plugins",
                 {what, text(library->version(), ", ABI ", CHATD_SDK_ABI, ", ", library->file().string()), Grade::ok, {}});
      continue;
    }
    auto finding = failure(what, library.error().text);
    const bool required = asked.settings.of_plugins.at(id).required;
    if (!required) finding.grade = Grade::warn;  // a host serves without it
    report.add("plugins", std::move(finding));
    all = all && !required;
  }
  return all;
}

void look_at_openness(const config::Settings& settings, const plugin::Set& plugins, Report& report) {
  const auto address = config::parse_address(settings.host.listen);
  const auto authenticator = plugins.authenticator();
  const bool asks = authenticator && *authenticator && !(*authenticator)->open();
  const bool near = address && config::loopback(*address);
  if (!asks && !near)
    return report.add("clients", {"who clients are", "everybody is believed, and other machines may come", Grade::warn,
                                  "have them asked (modes of [plugins.identity]; docs/security.md), or listen on 127.0.0.1"});
  if (asks && !near && settings.tls.certificate.empty())
    return report.add("clients", {"who clients are", "what they show is not encrypted, and other machines may come", Grade::warn,
                                  "set certificate and key in [tls], or have TLS in front (docs/security.md)"});
  report.add("clients", {"who clients are", asks ? "they are asked" : "everybody is believed, on this machine", Grade::ok, {}});
}

void diagnose(const Asked& asked, const plugin::Set& plugins, Report& report) {
  const SystemClock clock;
  Silence silence;
  const auto needs = topics(asked.settings);
  for (const auto& library : plugins.libraries()) {
    auto* const diagnostics = library.plugin().diagnostics();
    if (!diagnostics) continue;
    Collected collected(report, text("plugins.", library.id()));
    const bool broker = library.id() == asked.settings.broker.plugin;
    const auto deadline = std::chrono::steady_clock::now() + plugin_patience;
    diagnostics->diagnose({clock, silence, broker ? std::span(needs) : std::span<const sdk::TopicNeed>(), deadline}, collected);
  }
}

}  // namespace

void add(Report& report, const sdk::Problems& problems) {
  for (const auto& problem : problems) report.add("config", failure("configuration", problem.str()));
}

sdk::Finding failure(std::string what, const std::string& all) {
  const auto end = all.rfind("; ");
  if (end == std::string::npos) return {std::move(what), all, Grade::fail, "mend it, and ask again"};
  return {std::move(what), all.substr(0, end), Grade::fail, all.substr(end + 2)};
}

bool examine(const Asked& asked, Report& report) {
  const auto& settings = asked.settings;
  look_at_machine(settings, report);
  look_at_certificates(settings, report);
  look_at_ports(settings, report);
  if (!load_each(asked, report)) return true;
  auto plugins = asked.load(settings);
  if (!plugins) {
    report.add("plugins", failure("plugins", plugins.error().text));
    return true;
  }
  const auto problems = asked.configure(*plugins, settings);
  add(report, problems);
  if (!problems.empty()) return false;
  if (const auto broker = plugins->broker(settings.broker.plugin); !broker)
    report.add("plugins", failure("broker", broker.error().text));
  look_at_openness(settings, *plugins, report);
  diagnose(asked, *plugins, report);
  return true;
}

}  // namespace chatd::doctor
