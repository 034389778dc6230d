// Stage: where a demo runs: the usual ports where they are free, others where not.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace chatd::demo {

// Addresses on this machine.
struct Stage {
  std::string host;
  std::string admin;
  std::string metrics;
};

// Each port was free a moment ago. [any] may block
[[nodiscard]] Stage free_stage();

// As --set takes them: a host by itself, in memory. [any] never blocks
[[nodiscard]] std::vector<std::string> settings(const Stage& stage);

// What there is to look at, with commands to copy; `programs` is the folder where chatd and chat are. [any] never blocks
[[nodiscard]] std::string where_to_look(const Stage& stage, const std::filesystem::path& programs);

}  // namespace chatd::demo
