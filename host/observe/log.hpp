// Log: the host's lines and each plugin's, on stderr, as people read them or as JSON. Who says something does not wait until it
// is written.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/log.hpp"
#include "host/observe/line.hpp"
#include "host/observe/spool.hpp"
#include "host/plugin/set.hpp"

namespace chatd::observe {

class Log final : public plugin::Loggers {
 public:
  using Levels = std::map<std::string, sdk::Level, std::less<>>;
  struct Options {
    sdk::Level level = sdk::Level::info;  // lines below are dropped,
    Levels levels{};                      // but for these components
    std::optional<Format> format{};       // none: text on a terminal, else JSON
  };

  explicit Log(const Options& options, const Spool::Options& spool = {});
  // Writes what was said.
  ~Log();

  // Levels and format from now on, whatever an operator had wanted. [any] never blocks
  void change(const Options& options);
  // What JSON calls this host; empty before. [any] never blocks
  void server(std::string id);
  // Until what was said before is written, a second at most. [any but queue] may block
  void drain() noexcept;
  // Lines that were not written, for they came too fast. [any] never blocks
  [[nodiscard]] std::uint64_t dropped() const noexcept;

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
