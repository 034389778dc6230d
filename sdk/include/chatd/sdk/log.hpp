// Where a plugin says what happened. The host adds time, level, and the plugin's id.
#pragma once

#include <cstdint>
#include <string_view>

#include "chatd/sdk/text.hpp"

namespace chatd::sdk {

// How severe a line is.
enum class Level : std::uint8_t { debug, info, warning, error };

// Takes lines, each plugin's by itself.
class Logger {
 public:
  virtual ~Logger() = default;

  // Whether a line of this level would be kept. [any] never blocks
  [[nodiscard]] virtual bool enabled(Level level) const noexcept = 0;
  // One line, without a line end. The view is not kept. [any] never blocks
  virtual void write(Level level, std::string_view line) noexcept = 0;

  // The pieces are put together only when the level is kept. [any] never blocks
  template <class... Pieces>
  void debug(const Pieces&... pieces) noexcept {
    say(Level::debug, pieces...);
  }
  // The same of another level. [any] never blocks
  template <class... Pieces>
  void info(const Pieces&... pieces) noexcept {
    say(Level::info, pieces...);
  }
  // The same of another level. [any] never blocks
  template <class... Pieces>
  void warning(const Pieces&... pieces) noexcept {
    say(Level::warning, pieces...);
  }
  // The same of another level. [any] never blocks
  template <class... Pieces>
  void error(const Pieces&... pieces) noexcept {
    say(Level::error, pieces...);
  }

 private:
  template <class... Pieces>
  void say(Level level, const Pieces&... pieces) noexcept {
    if (enabled(level)) write(level, text(pieces...));
  }
};

}  // namespace chatd::sdk
