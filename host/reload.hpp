// Reload: a running host's configuration, read again: what of it may change while the host runs, and whether all of it is right.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "chatd/sdk/config.hpp"
#include "host/config/listing.hpp"
#include "host/config/load.hpp"
#include "host/config/settings.hpp"
#include "host/plugin/set.hpp"

namespace chatd {

class Reload {
 public:
  struct Change {
    std::string key;            // "limits.content_bytes"
    std::string before, after;  // as TOML writes it; "(hidden)" for a secret; empty: there is no such table
  };
  // What is to be in force, after all was found right.
  struct Plan {
    config::Settings settings;
    std::vector<config::Line> lines;
    std::vector<Change> changed;
    std::vector<Change> waiting;  // for a restart

    [[nodiscard]] bool changes(std::string_view key) const;
  };

  // `settings` is what the host runs with; its plugins must outlive this. [control] never blocks
  Reload(config::Sources sources, const config::Settings& settings, const plugin::Set& plugins);

  // Reads and checks everything, as `chatd check` does, and asks the running plugins. After problems nothing is prepared any
  // more. [control] may block (disk)
  [[nodiscard]] std::expected<Plan, sdk::Problems> prepare(const config::Settings& running);
  // The plugins take what was prepared, and the plan's lines are those in force. [control] may block
  void commit(const Plan& plan);

 private:
  [[nodiscard]] bool waits(const config::Line& line, const config::Settings& running, const config::Settings& read) const;
  [[nodiscard]] std::vector<config::PluginKeys> plugin_keys(const config::Settings& settings) const;
  [[nodiscard]] sdk::Problems ask_plugins(const config::Settings& running, config::Settings& next,
                                          std::vector<std::string>& waiting);
  void abandon();

  const config::Sources sources_;
  const plugin::Set& plugins_;
  std::vector<config::Line> lines_;     // in force
  std::vector<sdk::Reload*> prepared_;  // plugins that wait for commit or abandon
};

}  // namespace chatd
