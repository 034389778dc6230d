// Listing: the plugins that folders hold, and what a host would make of each.
#pragma once

#include <string>

#include "chatd/sdk/error.hpp"
#include "host/plugin/folders.hpp"

namespace chatd::check {

// Each file ID.so, by folder and name: a table a folder, or one JSON object. None is configured by more than an empty table, none
// is started, and none runs in this process. Code::not_found when there is no such folder. REQUIRES: one thread.
// [control] may block
[[nodiscard]] sdk::Result<std::string> listing(const plugin::Folders& folders, bool json);

}  // namespace chatd::check
