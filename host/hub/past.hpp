// PastReader: reads one room from a topic, page by page, on a thread that may wait for the broker. Two kinds: Replay forwards
// from a token, Lookback backwards from a place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/error.hpp"
#include "host/hub/frame.hpp"
#include "host/hub/log.hpp"
#include "host/wire/json.hpp"
#include "host/wire/seal.hpp"
#include "host/wire/token.hpp"

namespace chatd::hub {

// What the readers of one topic share. It belongs to the thread that reads.
struct Past {
  sdk::Broker& broker;
  const Log log;
  const std::string topic;
  const std::chrono::milliseconds repeats;  // as Feed::Options::repeats
  const std::size_t most_records;           // that are read for one resume
  std::unique_ptr<FrameMaker> maker;
  wire::Seal seal;
  wire::MessageDecoder decoder{};
  // Until then a log that ends before a token is believed to do so, without waiting for a leader that is behind.
  std::chrono::steady_clock::time_point cut_until{};
};

// A message that was read; its frame's position is not the final one.
struct PastMessage {
  FramePtr frame;
  sdk::Position position;
  std::int64_t time_ms = 0;
};

struct Page {
  std::vector<FramePtr> frames;
  bool more = false;               // another page may have something
  std::optional<wire::Loss> loss;  // of the first page: the place cannot be gone on from; nothing else is in it
  std::optional<sdk::Error> error;
  wire::Token reached;  // of the newest frame, or of the place that was read to
};

class PastReader {
 public:
  virtual ~PastReader() = default;
  // [reader] may block until the deadline
  [[nodiscard]] virtual Page next(sdk::Deadline deadline) = 0;
};

}  // namespace chatd::hub
