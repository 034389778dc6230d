// Cli: `chatd admin COMMAND`: the commands' options, and what runs of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "host/admin/command.hpp"

namespace CLI {
class App;
}

namespace chatd::admin {

class Cli {
 public:
  // Adds the commands to `admin`, each with the options that `add_host` adds: how to find the host. `admin` must outlive it.
  // [control] never blocks
  Cli(CLI::App& admin, const std::function<void(CLI::App&)>& add_host);
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  // Whether one of them is on the command line. REQUIRES: that was parsed. [control] never blocks
  [[nodiscard]] bool chosen() const;
  // What that one prints. REQUIRES: chosen(). [control] may block
  [[nodiscard]] sdk::Result<std::string> run(const Target& host) const;

 private:
  using Run = std::function<sdk::Result<std::string>(const Target&)>;

  void add_limit(CLI::App& command, const char* what);
  void add_whom(CLI::App& command);

  CLI::App& admin_;
  std::vector<std::pair<CLI::App*, Run>> commands_;
  Form form_ = Form::table;
  std::uint32_t limit_ = 0;  // 0: the usual number
  bool lobby_ = false;
  std::string room_;
  SessionsWanted sessions_;
  KickWanted kick_;
  BanWanted ban_;
  std::string for_;                     // "90m"; empty: for good
  std::vector<std::string> log_level_;  // none, a level, or a component and a level
};

}  // namespace chatd::admin
