// Set: the plugins of this host, in the order the configuration names them. That order is the start order; drain and stop
// run backwards. Used by one thread.
//
//   load -> configure -> start -> drain -> stop
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/config.hpp"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "chatd/sdk/metrics.hpp"
#include "chatd/sdk/presence.hpp"
#include "host/plugin/folders.hpp"
#include "host/plugin/library.hpp"
#include "host/plugin/step.hpp"

namespace chatd::plugin {

// Has a logger for each plugin.
class Loggers {
 public:
  // The one of plugin `id`; valid until the set is stopped. [control] must not block
  [[nodiscard]] virtual sdk::Logger& for_plugin(std::string_view id) = 0;

 protected:
  ~Loggers() = default;
};

// How long one plugin may take; then it counts as one that hangs.
struct Limits {
  std::chrono::milliseconds start = std::chrono::minutes(1);
  std::chrono::milliseconds stop = std::chrono::seconds(10);  // and beyond a drain's deadline
};

// A plugin that the host was to run and does without.
struct Absent {
  std::string id;
  std::string version;  // empty: it was not loaded
  std::string why;
};

class Set {
 public:
  // Loads the plugin of each id from the first folder that has it; see find, and Library::open. The first refusal is the answer,
  // and nothing stays loaded to be started; one of those in `optional` is absent instead. Code::invalid_argument for what cannot
  // be an id, Code::already_exists for an id named twice. [control] may block (disk)
  [[nodiscard]] static sdk::Result<Set> load(const Folders& folders, std::span<const std::string> ids,
                                             std::span<const std::string> optional = {});

  Set(Set&&) = default;
  Set& operator=(Set&&) = delete;
  // Stops, then destroys the plugins backwards. As long as `stop` takes, and as a plugin that hangs does.
  ~Set();

  // What was loaded, in that order, also what did not start; as long as the set. [any] never blocks
  [[nodiscard]] std::span<const Library> libraries() const noexcept { return libraries_; }

  // Optional ones that were not loaded, and then those that did not start. [control] never blocks, and [any] after start
  [[nodiscard]] std::span<const Absent> absent() const noexcept { return absent_; }
  // Null: it is not absent. The same threads. never blocks
  [[nodiscard]] const Absent* absent(std::string_view id) const noexcept;

  // Whether a plugin has not come back from a call that was given up. Nobody may destroy the set then, nor what was lent to the
  // plugin: the process ends by _Exit. [control] never blocks
  [[nodiscard]] bool hung() const noexcept { return !given_up_.empty(); }

  // Gives each plugin the section "plugins.ID" out of `sections` (an empty one when there is none) and returns the problems
  // of all. Sections of other names are not looked at. Any number of times before start; the last call counts.
  // [control] never blocks
  [[nodiscard]] sdk::Problems configure(std::span<const sdk::Section> sections);

  // Starts each plugin. One that fails, throws, or takes longer than `limits` is absent when it is optional; else those started
  // before it are stopped, backwards, and the error names it. Code::deadline_exceeded for one that takes too long: see `hung`.
  // Once only, after a configure without problems; otherwise Code::failed_precondition.
  // All that it is given, and the text of `server_id`, must stay until `stop` has returned, or this has failed; `metrics` and
  // `host` may be null. [control] may block
  [[nodiscard]] sdk::Result<> start(Loggers& loggers, const sdk::Clock& clock, std::string_view server_id,
                                    sdk::Metrics* metrics = nullptr, const sdk::HostState* host = nullptr, Limits limits = {});

  // Drains each started plugin, backwards, also after one has failed: the error has the first one's code and all texts.
  // [control] may block until `deadline`, and Limits::stop longer for each that hangs; those are not stopped any more
  [[nodiscard]] sdk::Result<> drain(sdk::Deadline deadline);

  // Stops each started plugin, backwards. One that hangs is given up, with a line in its log: see `hung`. Legal at any time, and
  // twice. [control] may block
  void stop() noexcept;

  // The broker that plugin `id` is; as long as the set. Code::not_found when no such plugin is loaded,
  // Code::failed_precondition when it is no broker. [control] never blocks
  [[nodiscard]] sdk::Result<sdk::Broker*> broker(std::string_view id) const;

  // The plugin that says who clients are, null when none is loaded; as long as the set. Code::failed_precondition when several
  // would. [control] never blocks
  [[nodiscard]] sdk::Result<sdk::Authenticator*> authenticator() const;

  // The plugin that keeps who is here, null when none is loaded; as long as the set. Code::failed_precondition when several
  // would. [control] never blocks
  [[nodiscard]] sdk::Result<sdk::PresenceStore*> presence() const;

  // The plugins that look at what is published and are not absent, with their ids, in the order in which they were loaded; as
  // long as the set. [control] never blocks
  [[nodiscard]] std::vector<std::pair<std::string_view, sdk::Filter*>> filters() const;

 private:
  enum class State { loaded, configured, started, over };

  explicit Set(std::vector<Library> libraries) noexcept : libraries_(std::move(libraries)) {}
  // What the plugin's call returns, Code::internal for what it throws; nothing when it was given up.
  template <class Call>
  [[nodiscard]] std::optional<sdk::Result<>> within(sdk::Deadline deadline, Call call);
  void stop_started() noexcept;

  std::vector<Library> libraries_;
  std::vector<std::string> optional_;
  std::vector<Absent> absent_;
  std::vector<const Library*> started_;  // in that order
  std::vector<std::unique_ptr<Step>> given_up_;
  Loggers* loggers_ = nullptr;  // from start on
  Limits limits_;
  State state_ = State::loaded;
};

}  // namespace chatd::plugin
