// Probe: what a plugin file is, found out in a child process: nothing of the file runs in this one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "host/check/loaded.hpp"
#include "host/check/suites.hpp"

namespace chatd::check {

struct Probed {
  std::string version;
  Kinds kinds;
  std::vector<std::string> problems;  // of the subject's own table
};

// Loads it, configures it and looks at its accessors. The error says why it was refused, or how it came to grief.
// [control] may block until the limit
[[nodiscard]] sdk::Result<Probed> probe(const Subject& subject, std::chrono::milliseconds limit);

}  // namespace chatd::check
