// Limits: what the rings of the rooms may hold.
#pragma once

#include <cstddef>

namespace chatd::hub {

// Per room; whichever bound comes first. Both at least 1.
struct RingLimits {
  std::size_t messages = 4096;
  std::size_t bytes = 8 * 1024 * 1024;
};

struct Limits {
  RingLimits ring;                              // of each room
  std::size_t memory = std::size_t{256} << 20;  // bytes of all rings together; the newest frame of each room stays anyway
};

}  // namespace chatd::hub
