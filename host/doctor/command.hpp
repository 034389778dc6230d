// The command `chatd doctor`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "chatd/sdk/config.hpp"
#include "chatd/sdk/error.hpp"
#include "host/config/settings.hpp"
#include "host/plugin/set.hpp"

namespace chatd::doctor {

struct Command {
  std::string file;  // empty: the defaults
  std::vector<std::string> set;
  bool json = false;
  std::function<sdk::Result<plugin::Folders>(const config::Settings&)> folders;   // of the plugins
  std::function<sdk::Result<plugin::Set>(const config::Settings&)> load;          // from there
  std::function<sdk::Problems(plugin::Set&, const config::Settings&)> configure;  // says what is wrong
};

// Prints what was found. 0: nothing fails; 1: something does; 2: the configuration is wrong. [control] may block
[[nodiscard]] int run(const Command& command);

}  // namespace chatd::doctor
