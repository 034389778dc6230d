// Traffic: what the calls of clients came to, for whoever watches the host.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/metrics.hpp"
#include "host/hub/tally.hpp"

namespace chatd::rpc {

// By status code; the first is OK.
using ByCode = std::array<hub::Tally, 17>;

struct Traffic {
  // Counts on the queue's thread only.
  ByCode publishes;
  ByCode streams_ended;
  hub::Tally streams_opened;
  sdk::Histogram* publish_seconds = nullptr;  // of those answered OK, from the request to the answer; null: nobody watches

  // [queue] never blocks
  static void count(ByCode& codes, sdk::Code code) noexcept {
    if (const auto at = static_cast<std::size_t>(code); at < codes.size()) codes[at].add();
  }
  void published(std::chrono::steady_clock::time_point begun) noexcept {
    publishes[0].add();
    if (publish_seconds)
      publish_seconds->observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  }
};

}  // namespace chatd::rpc
