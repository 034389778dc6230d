// Allocations: how often this thread asked malloc for memory, whoever did it: operator new, gRPC, protobuf.
#pragma once

#include <cstddef>

namespace chatd::testing {

// Since the thread began. [any] never blocks
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace chatd::testing
