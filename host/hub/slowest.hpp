// Slowest: which sessions are furthest behind, for whoever looks after the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/hub/hub.hpp"

namespace chatd::hub {

// How far one membership is behind.
struct Lag {
  const Room* room;
  std::uint64_t messages;
  std::uint64_t bytes;  // of those that are in the ring
  std::uint64_t ms;     // since the oldest of those was written
};

// Of each of its rooms in which it is behind. Valid until the hub changes. [queue] never blocks
[[nodiscard]] std::vector<Lag> lags(const Session& session, sdk::Time now);

struct SlowSession {
  const Session* session;
  std::vector<Lag> lags;  // of the rooms in which it is behind; never empty
  std::uint64_t bytes;    // of all of them
};

struct Slowest {
  std::vector<SlowSession> sessions;  // most bytes first; of equals the oldest connection
  std::size_t behind = 0;             // sessions that are behind, listed or not
};

// At most `most` of them. Its pointers are valid until the hub changes. Looks at every session once. [queue] never blocks
[[nodiscard]] Slowest slowest(const Hub& hub, std::size_t most, sdk::Time now);

}  // namespace chatd::hub
