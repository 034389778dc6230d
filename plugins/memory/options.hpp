// The keys of [plugins.memory]. Each is listed once, in options.cpp.
#pragma once

#include <cstdint>

#include "chatd/sdk/options.hpp"

namespace chatd::memory {

struct Options {
  std::int64_t partitions = 1;
  std::int64_t retention_messages = 100'000;
  std::int64_t retention_bytes = 67'108'864;
  std::int64_t retention_ms = 0;
  std::int64_t max_record_bytes = 1'048'576;
  std::int64_t queue_messages = 10'000;
  std::int64_t inject_latency_ms = 0;
  std::int64_t inject_failure_every = 0;
  std::int64_t inject_unready_ms = 0;
};

// Valid until exit. [any] never blocks
[[nodiscard]] const sdk::OptionList<Options>& option_list();

}  // namespace chatd::memory
