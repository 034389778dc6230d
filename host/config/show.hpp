// Show: configurations as `chatd config` prints them: as TOML for people, as one JSON object on one line for programs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/config/listing.hpp"

namespace chatd::config {

enum class Form : std::uint8_t { text, json };

// A chat.toml that has every key, each explained, at its default; but for plugins.load and broker.plugin, which are as `lines`
// have them, since the tables of these plugins are in it. [any] never blocks
[[nodiscard]] std::string default_file(std::span<const Line> lines);

// Every key, its value and where that came from. [any] never blocks
[[nodiscard]] std::string print(std::span<const Line> lines, Form form);

// Every variable and what it sets; `environment` has those that are set. [any] never blocks
[[nodiscard]] std::string print_variables(std::span<const Line> lines, const std::vector<std::string>& environment, Form form);

// What is not at its default. [any] never blocks
[[nodiscard]] std::string print_changed(std::span<const Line> lines, Form form);

// What `after` has in other ways than `before`. [any] never blocks
[[nodiscard]] std::string print_differences(std::span<const Line> before, std::span<const Line> after, Form form);

}  // namespace chatd::config
