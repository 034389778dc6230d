// Files that are read again when they have changed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "chatd/sdk/error.hpp"

namespace chatd::identity {

// The whole file. The error names it; Code::invalid_argument when it is longer. [one thread] may block (disk)
[[nodiscard]] sdk::Result<std::string> read_file(const std::filesystem::path& file, std::size_t most);

// What tells one state of a file, or of a folder's files, from another: their names, identities, sizes and times. Empty: there is
// nothing. [one thread] may block (disk)
[[nodiscard]] std::string state_of(const std::filesystem::path& path);

}  // namespace chatd::identity
