// Which partition a key lives in: FNV-1a, 32 bits, as sarama's hash partitioner and librdkafka's `fnv1a` place it.
#pragma once

#include <cstdint>
#include <string_view>

namespace chatd::memory {

// [any] never blocks
[[nodiscard]] std::uint32_t fnv1a(std::string_view bytes) noexcept;

// The partition, in [0, partitions), of a key with this hash. `partitions` is at least 1. [any] never blocks
[[nodiscard]] std::int32_t partition_of(std::uint32_t hash, std::int32_t partitions) noexcept;

}  // namespace chatd::memory
