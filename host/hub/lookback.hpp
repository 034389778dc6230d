// Lookback: the newest messages of one room before a place, found by reading each partition backwards, newest first.
#pragma once

#include <optional>
#include <vector>

#include "host/hub/past.hpp"

namespace chatd::hub {

class Lookback {
 public:
  struct Found {
    std::vector<FramePtr> frames;   // oldest first, each with its position
    wire::Token earlier;            // before this lies what was said earlier; everything from it on was looked at
    wire::Token later;              // after this lies what was said later
    bool begin = false;             // the log has nothing before that
    bool complete = true;           // false: the bound was met before there were enough
    std::int64_t looked_to_ms = 0;  // the time of the earliest record that was looked at; 0: none
  };

  // `past` must outlive it. Looks at about `most_records` records at most.
  Lookback(Past& past, std::string room, std::size_t most_records);

  // The newest `limit` before `place` (none: before the log's end), of about so many bytes at most. [reader] may block until the
  // deadline
  [[nodiscard]] sdk::Result<Found> before(std::optional<Offsets> place, std::size_t limit, std::size_t bytes,
                                          sdk::Deadline deadline);

 private:
  struct Seen {  // one message of the room
    PastMessage message;
    std::string sender, id;  // empty id: not its sender's choice
  };
  struct Shelf {
    std::int64_t begin = 0;   // of the log
    std::int64_t cursor = 0;  // everything from here on was read
    std::int64_t end = 0;     // the place
    std::size_t step = 64;    // records that are read next, more each time
    std::vector<Seen> seen;   // oldest first; what is taken goes from the back
  };
  class Taker;

  [[nodiscard]] sdk::Result<> open(const std::optional<Offsets>& place, sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<> fill(std::int32_t partition, Shelf& shelf, sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<std::vector<Seen>> collect(std::size_t limit, std::size_t bytes, sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<> drop_repeats(std::vector<Seen>& newest_first, sdk::Deadline deadline);

  Past& past_;
  const std::string room_;
  const std::size_t most_records_;
  std::vector<Shelf> shelves_;
  std::size_t records_ = 0;
  bool full_ = false;  // what was collected has as many bytes as it may
  std::int64_t looked_to_ms_ = 0;
};

}  // namespace chatd::hub
