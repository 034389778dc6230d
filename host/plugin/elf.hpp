// Whether a file is a whole shared library for this machine, told from its headers: nothing is mapped, nothing runs.
// dlopen maps what the headers promise and dies of a signal where the file is shorter, or where they lie; so it is asked
// only after this.
#pragma once

#include <filesystem>

#include "chatd/sdk/error.hpp"

namespace chatd::plugin {

// Fine when the ELF header, every section, every segment and the dynamic section's tables lie within the file and within
// each other as the loader expects. Otherwise, with a text that does not name the file:
//   Code::invalid_argument     it is no shared library
//   Code::failed_precondition  it is one, but for another machine
//   Code::data_loss            it is truncated or damaged
//   Code::unavailable          it cannot be read
// What it cannot see is damage inside the code, the data and the tables' contents.
// [control] may block (disk)
[[nodiscard]] sdk::Result<> check_elf(const std::filesystem::path& file);

}  // namespace chatd::plugin
