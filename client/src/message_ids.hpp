// Ids for messages that were given none: unique over processes, so that a repeat is known for one.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace chatd::client {

class MessageIds {
 public:
  // Draws 64 bits from the system. [any] may block
  MessageIds();

  // [any] never blocks
  [[nodiscard]] std::string next();

 private:
  const std::string prefix_;
  std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace chatd::client
