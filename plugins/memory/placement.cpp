#include "plugins/memory/placement.hpp"

namespace chatd::memory {

std::uint32_t fnv1a(std::string_view bytes) noexcept {
  // Offset basis and prime: draft-eastlake-fnv, section 5.
  std::uint32_t hash = 2166136261U;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 16777619U;
  }
  return hash;
}

std::int32_t partition_of(std::uint32_t hash, std::int32_t partitions) noexcept {
  // sarama takes the remainder of the hash as a signed number and drops its sign.
  const std::int32_t rest = static_cast<std::int32_t>(hash) % partitions;
  return rest < 0 ? -rest : rest;
}

}  // namespace chatd::memory
