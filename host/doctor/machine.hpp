// The machine: what it lets a process have, and what time it has.
#pragma once

#include <cstdint>

#include "chatd/sdk/diagnostics.hpp"

namespace chatd::doctor {

// Whether as many files may be open as `connections` need; 0: any number of them. [any] never blocks
[[nodiscard]] sdk::Finding descriptors(std::uint64_t allowed, std::int64_t connections);
// The same, as it is for this process: the hard limit, which a host takes. [any] never blocks
[[nodiscard]] sdk::Finding descriptors(std::int64_t connections);

// Whether the kernel believes its clock to be right. [any] never blocks
[[nodiscard]] sdk::Finding clock();

}  // namespace chatd::doctor
