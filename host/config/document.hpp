// Document: a TOML text as plain tables of values, each with its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/config.hpp"

namespace chatd::config {

struct Document {
  sdk::Table root;                    // in the order of the text
  sdk::Problems problems;             // values of kinds that no key takes (a date, a mixed array); they are left out of `root`
  std::vector<std::string> left_out;  // those values' paths: "plugins.load"
  bool whole = true;                  // false: not read or not TOML; `problems` says why and `root` is empty
};

// Places and messages call the file `path`, just so. [control] may block
[[nodiscard]] Document read_document(const std::string& path);

// Places and messages call the text `name`. [any] never blocks
[[nodiscard]] Document parse_document(std::string_view text, const std::string& name);

}  // namespace chatd::config
