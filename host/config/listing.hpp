// Listing: every key of a configuration with its value and where that came from, for people and programs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/options.hpp"
#include "host/config/reference.hpp"
#include "host/config/settings.hpp"

namespace chatd::config {

// One key. As long as its option list.
struct Line {
  std::string table;              // "hub", "classes.bulk", "plugins.kafka"
  const sdk::OptionInfo* option;  // never null
  std::string value;              // as TOML writes it; of a secret too: `shown` is what may be shown
  sdk::Place place;               // "default", "chat.toml:3:1", "environment CHATD_HUB__RING_BYTES", "--set hub.ring_bytes"

  // "hub.ring_bytes", as --set calls it. [any] never blocks
  [[nodiscard]] std::string path() const;
  // Whether it is what the key has when nobody says otherwise. [any] never blocks
  [[nodiscard]] bool is_default() const { return value == option->fallback; }
  // "(hidden)" for a secret that is not the default. [any] never blocks
  [[nodiscard]] std::string_view shown() const noexcept;
};

// The host's tables in the order of chat.toml, each class, then the plugins in the order given. [any] never blocks
[[nodiscard]] std::vector<Line> lines_of(const Settings& settings, std::span<const PluginKeys> plugins);

// A key that two configurations have in other ways.
struct Difference {
  const Line* before;  // null: it has no such table
  const Line* after;   // null: the same
};

// In the order of `after`, then what only `before` has. Valid as long as both. [any] never blocks
[[nodiscard]] std::vector<Difference> differences(std::span<const Line> before, std::span<const Line> after);

}  // namespace chatd::config
