// Plugin: one shared library's object, and its life.
//
//   create (cheap) -> configure (pure) -> start -> drain -> stop -> destroy
//
// The host may leave out any step after create and go straight to stop and destroy. A plugin says what it is by the
// accessors at the end; one plugin may be several things.
//
// Errors are returned. What configure, start, drain and stop throw all the same is an error to the host, which names the plugin;
// what escapes from a function that is noexcept ends the process. start, drain and stop are called on threads of the host's, each
// perhaps on another one, and one at a time; a plugin that takes longer than the operator lets it is given up
// (plugins.*_timeout_ms).
#pragma once

#include <span>
#include <string_view>

#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "chatd/sdk/options.hpp"

namespace chatd::sdk {

class Authenticator;
class Broker;
class Diagnostics;
class Filter;
class HostState;
class Metrics;
class MetricsExporter;
class PresenceStore;
class Reload;

// What the host lends a plugin from start until stop has returned.
struct Context {
  Logger& log;
  const Clock& clock;
  std::string_view server_id;  // this host's, unique in its cluster
  // For instruments of its own, and for the one plugin that shows all of them. Null where nobody watches, as in tests.
  Metrics* metrics = nullptr;
  const HostState* host = nullptr;
};

class Plugin {
 public:
  virtual ~Plugin() = default;

  // The keys of [plugins.ID], for documentation and environment names. Valid as long as the plugin. The key `required` is the
  // host's own, in every plugin's table; no plugin sees it. [control] never blocks
  [[nodiscard]] virtual std::span<const OptionInfo> options() const noexcept = 0;

  // Reads and checks its table; all problems at once, none when it is right. Touches nothing outside the object: `chatd check`
  // stops here. May be called again before start; the last call counts. [control] never blocks
  [[nodiscard]] virtual Problems configure(const Section& section) = 0;

  // Takes what it needs (threads, sockets) and begins. After an error it holds nothing. [control] may block
  [[nodiscard]] virtual Result<> start(const Context& context) = 0;

  // Refuses new work and finishes what was accepted; at the deadline, an error that says what is left. [control] may block
  [[nodiscard]] virtual Result<> drain(Deadline deadline) = 0;

  // Gives everything back and joins all threads; no callback comes after it. Legal without start, and twice. [control] may block
  virtual void stop() = 0;

  // Null: it is not that. The same answer always; the pointer is valid as long as the plugin. [any] never blocks
  [[nodiscard]] virtual Broker* broker() noexcept { return nullptr; }
  [[nodiscard]] virtual Authenticator* authenticator() noexcept { return nullptr; }
  [[nodiscard]] virtual PresenceStore* presence() noexcept { return nullptr; }
  [[nodiscard]] virtual Filter* filter() noexcept { return nullptr; }
  [[nodiscard]] virtual MetricsExporter* metrics_exporter() noexcept { return nullptr; }
  [[nodiscard]] virtual Diagnostics* diagnostics() noexcept { return nullptr; }
  // Null: what changes in its table waits for a restart.
  [[nodiscard]] virtual Reload* reload() noexcept { return nullptr; }
};

}  // namespace chatd::sdk
