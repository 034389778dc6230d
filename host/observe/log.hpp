// Log: the host's lines and each plugin's, on stderr: time, level, who, text. In colour only on a terminal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  // Who writes lines, "host" or a plugin's id, and from which level on.
  struct Component {
    std::string name;
    sdk::Level was;
    sdk::Level level;
  };
  // Gives this component, or all when `name` is empty, another level; without one it only tells. Those that it was about; none:
  // there is no such component. [any] never blocks
  [[nodiscard]] std::vector<Component> set_level(std::string_view name, std::optional<sdk::Level> level);

 private:
  class Named;
  struct State;
  std::unique_ptr<State> state_;
};

// "debug", "info", "warning" or "error", as chat.toml's log.level is checked to be. [any] never blocks
[[nodiscard]] sdk::Level level(std::string_view name) noexcept;
// And back; static storage. [any] never blocks
[[nodiscard]] std::string_view name(sdk::Level level) noexcept;

}  // namespace chatd::observe
