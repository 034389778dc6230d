// Set: the plugins of this host, in the order the configuration names them. That order is the start order; drain and stop
// run backwards. Used by one thread.
//
//   load -> configure -> start -> drain -> stop
#pragma once

#include <cstddef>
#include <filesystem>
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
#include "host/plugin/library.hpp"

namespace chatd::plugin {

// ../lib/chatd, seen from the running executable: where an installed host has its plugins, and a build tree too.
// [control] never blocks
[[nodiscard]] sdk::Result<std::filesystem::path> default_folder();

// Has a logger for each plugin.
class Loggers {
 public:
  // The one of plugin `id`; valid until the set is stopped. [control] must not block
  [[nodiscard]] virtual sdk::Logger& for_plugin(std::string_view id) = 0;

 protected:
  ~Loggers() = default;
};

class Set {
 public:
  // Loads FOLDER/ID.so for each id; see Library::open. The first refusal is the answer, and nothing stays loaded to be
  // started. Code::invalid_argument for what cannot be an id, Code::already_exists for an id named twice.
  // [control] may block (disk)
  [[nodiscard]] static sdk::Result<Set> load(const std::filesystem::path& folder, std::span<const std::string> ids);

  Set(Set&&) = default;
  Set& operator=(Set&&) = delete;
  // Stops, then destroys the plugins backwards. As long as `stop` takes.
  ~Set();

  // In the order of loading; as long as the set. [control] never blocks
  [[nodiscard]] std::span<const Library> libraries() const noexcept { return libraries_; }

  // Gives each plugin the section "plugins.ID" out of `sections` (an empty one when there is none) and returns the problems
  // of all. Sections of other names are not looked at. Any number of times before start; the last call counts.
  // [control] never blocks
  [[nodiscard]] sdk::Problems configure(std::span<const sdk::Section> sections);

  // Starts each plugin. When one fails, those started before it are stopped, backwards, and the error names the one that
  // failed. Once only, after a configure without problems; otherwise Code::failed_precondition.
  // All that it is given, and the text of `server_id`, must stay until `stop` has returned, or this has failed; the last two may
  // be null. [control] may block
  [[nodiscard]] sdk::Result<> start(Loggers& loggers, const sdk::Clock& clock, std::string_view server_id,
                                    sdk::Metrics* metrics = nullptr, const sdk::HostState* host = nullptr);

  // Drains each started plugin, backwards, also after one has failed: the error has the first one's code and all texts.
  // [control] may block until `deadline`
  [[nodiscard]] sdk::Result<> drain(sdk::Deadline deadline);

  // Stops each started plugin, backwards. Legal at any time, and twice. [control] may block
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

  // The plugins that look at what is published, with their ids, in the order in which they were loaded; as long as the set.
  // [control] never blocks
  [[nodiscard]] std::vector<std::pair<std::string_view, sdk::Filter*>> filters() const;

 private:
  enum class State { loaded, configured, started, over };

  explicit Set(std::vector<Library> libraries) noexcept : libraries_(std::move(libraries)) {}
  void stop_first(std::size_t count) noexcept;

  std::vector<Library> libraries_;
  State state_ = State::loaded;
};

}  // namespace chatd::plugin
