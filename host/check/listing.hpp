// Listing: the plugins that a folder holds, and what a host would make of each.
#pragma once

#include <filesystem>
#include <string>

#include "chatd/sdk/error.hpp"

namespace chatd::check {

// Each file ID.so, by name: a table, or one JSON object. None is configured by more than an empty table, none is started, and
// none runs in this process. Code::not_found when there is no such folder. REQUIRES: one thread. [control] may block
[[nodiscard]] sdk::Result<std::string> listing(const std::filesystem::path& folder, bool json);

}  // namespace chatd::check
