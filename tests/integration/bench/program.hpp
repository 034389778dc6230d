// chat-bench, run to its end.
#pragma once

#include <string>
#include <vector>

#include <rapidjson/document.h>

#include "host_process.hpp"

namespace chatd::testing {

struct Measured {
  Finished finished;
  rapidjson::Document json;  // what it wrote; null when it wrote none

  [[nodiscard]] double figure(const char* name) const;  // -1 when there is none
  [[nodiscard]] std::uint64_t wrong(const char* name) const;
};

[[nodiscard]] Finished run_bench(const std::vector<std::string>& arguments);
// The same with its JSON.
[[nodiscard]] Measured measure(std::vector<std::string> arguments);

}  // namespace chatd::testing
