// What a figure was measured on.
#pragma once

#include <cstdint>
#include <string>

namespace chatd::bench {

struct Machine {
  std::string cpu;  // its model; empty when the kernel does not say
  unsigned cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string kernel;  // "Linux 6.1.0"

  [[nodiscard]] static Machine read();
};

}  // namespace chatd::bench
