// Cli: `chatd config COMMAND`: what the commands take, and what they print.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "host/config/show.hpp"

namespace CLI {
class App;
}

namespace chatd::config {

class Cli {
 public:
  // A configuration that was read and checked, and its plugins' keys.
  using Use = std::function<int(std::span<const Line> lines, std::span<const PluginKeys> plugins)>;
  // Reads one, the file given or the one that the command line names, and gives what `use` does with it, or the exit status when
  // it is wrong and that was said.
  using With = std::function<int(const std::optional<std::string>& file, const Use& use)>;

  // Adds the commands to `config`, each with the options that `add_config` adds. `config` must outlive it. [control] never blocks
  Cli(CLI::App& config, const std::function<void(CLI::App&)>& add_config);
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  // Whether one of them is on the command line. REQUIRES: that was parsed. [control] never blocks
  [[nodiscard]] bool chosen() const;
  // Prints; the exit status. REQUIRES: chosen(). [control] may block
  [[nodiscard]] int run(const With& with) const;

 private:
  CLI::App& config_;
  CLI::App *default_, *doc_, *print_, *env_, *diff_;
  std::string other_;  // diff's file; empty: the defaults
  Form form_ = Form::text;
};

}  // namespace chatd::config
