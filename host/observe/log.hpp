// Log: the host's lines and each plugin's, on stderr: time, level, who, text. In colour only on a terminal.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "chatd/sdk/log.hpp"
#include "host/plugin/set.hpp"

namespace chatd::observe {

class Log final : public plugin::Loggers {
 public:
  // Lines below `level` are dropped.
  explicit Log(sdk::Level level);
  ~Log();

  // As long as the log. [any] never blocks
  [[nodiscard]] sdk::Logger& host() noexcept;
  [[nodiscard]] sdk::Logger& for_plugin(std::string_view id) override;

 private:
  class Named;
  struct State;
  std::unique_ptr<State> state_;
};

// "debug", "info", "warning" or "error", as chat.toml's log.level is checked to be. [any] never blocks
[[nodiscard]] sdk::Level level(std::string_view name) noexcept;

}  // namespace chatd::observe
