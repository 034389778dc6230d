#include "message_ids.hpp"

#include <random>

namespace chatd::client {

namespace {

// Not from Options::seed: two clients with the same one would make the same ids.
std::string draw() {
  std::random_device system;
  std::uniform_int_distribution<std::uint64_t> any;
  auto bits = any(system);
  std::string out;
  for (int digit = 0; digit < 16; ++digit, bits >>= 4) out += "0123456789abcdef"[bits & 0xF];
  return out + '-';
}

}  // namespace

MessageIds::MessageIds() : prefix_(draw()) {}

std::string MessageIds::next() { return prefix_ + std::to_string(++count_); }

}  // namespace chatd::client
