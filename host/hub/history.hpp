// History: what was said in one room, from its ring when that has it, else from the broker's log.
#pragma once

#include <optional>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/hub/hub.hpp"
#include "host/hub/past.hpp"
#include "host/wire/request.hpp"

namespace chatd::hub {

struct Question {
  std::string room{};
  wire::HistoryRequest::Place place = wire::HistoryRequest::Place::newest;
  wire::Token token{};  // of `before` and `after`
  std::int64_t since_ms = 0;
  std::size_t limit = 1;
};

struct Answer {
  std::vector<FramePtr> frames;  // oldest first
  std::string earlier;           // tokens; `earlier` is empty when the log begins there
  std::string later;
  bool complete = true;
  std::int64_t looked_to_ms = 0;  // 0: no record was looked at
};

// Nothing when the ring does not have it all. [queue] never blocks
[[nodiscard]] std::optional<Answer> from_ring(Hub& hub, const Question& question);

// Looks at about `records` records at most. [reader] may block until the deadline
[[nodiscard]] sdk::Result<Answer> from_log(Past& past, const Question& question, std::size_t records, sdk::Deadline deadline);

}  // namespace chatd::hub
