// Folders: where plugins' libraries are looked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "chatd/sdk/error.hpp"

namespace chatd::plugin {

using Folders = std::vector<std::filesystem::path>;  // the first that has a plugin is the one

// ../lib/chatd, seen from the running executable, or chatd, seen from the shared library that this is in: where an installed
// host has its plugins, and a build tree too.
// [control] never blocks
[[nodiscard]] sdk::Result<std::filesystem::path> default_folder();

// The ids that the files of `folder` stand for, by name; none when it cannot be read. [control] may block (disk)
[[nodiscard]] std::vector<std::string> ids_in(const std::filesystem::path& folder);

// The first FOLDER/ID.so that there is. Code::not_found names all that there could have been, and an id that was perhaps meant.
// [control] may block (disk)
[[nodiscard]] sdk::Result<std::filesystem::path> find(const Folders& folders, const std::string& id);

}  // namespace chatd::plugin
