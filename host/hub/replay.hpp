// Replay: what one room said between a token and a later place, in the order of each partition, partitions merged by time.
#pragma once

#include <deque>
#include <span>

#include "host/hub/past.hpp"
#include "host/hub/repeats.hpp"

namespace chatd::hub {

class Replay final : public PastReader {
 public:
  // What is done with a token that the log cannot be read from.
  enum class Strict : std::uint8_t {
    yes,  // Page::loss says why not
    no,   // reading begins where the log does
  };

  // A page has at most so many messages, and about so many bytes: what a stream that stops reading holds beside the ring.
  static constexpr std::size_t page_messages = 256;
  static constexpr std::size_t page_bytes = 128 * 1024;

  // Reads [token, until). `past` must outlive it.
  Replay(Past& past, std::string room, wire::Token token, Offsets until, Strict strict);

  [[nodiscard]] Page next(sdk::Deadline deadline) override;
  // At most so many messages. [reader] may block until the deadline
  [[nodiscard]] Page next(std::size_t most, sdk::Deadline deadline);
  // Records that were read until now. [reader] never blocks
  [[nodiscard]] std::size_t records() const noexcept { return records_; }
  // More are not read in one page. [reader] never blocks
  void bound(std::size_t records) noexcept { bound_ = records; }
  // The time of the last record that was read; 0: none. [reader] never blocks
  [[nodiscard]] std::int64_t looked_to_ms() const noexcept { return looked_to_ms_; }

 private:
  struct Shelf {              // of one partition
    std::int64_t cursor = 0;  // the next offset to read
    std::int64_t begin = 0;   // the first that the stream is to get
    std::int64_t end = 0;
    std::deque<PastMessage> messages;
  };
  class Taker;

  [[nodiscard]] std::optional<wire::Loss> check(std::span<const sdk::Extent> extents);
  [[nodiscard]] std::optional<wire::Loss> lost(wire::Loss::Reason reason, std::uint64_t messages = 0) const;
  [[nodiscard]] sdk::Result<std::vector<sdk::Extent>> extents(sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<bool> same_log(sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<> prepare(sdk::Deadline deadline, std::optional<wire::Loss>& loss);
  [[nodiscard]] sdk::Result<> fill(sdk::Deadline deadline);
  [[nodiscard]] sdk::Result<> fill(std::int32_t partition, Shelf& shelf, sdk::Deadline deadline);
  [[nodiscard]] Shelf* oldest();
  void advance();

  Past& past_;
  const std::string room_;
  const wire::Token token_;
  wire::Token reached_;
  const Offsets until_;
  const Strict strict_;
  std::int64_t made_of_;  // the offset of the record that `reached_` names
  std::optional<Repeats> repeats_;
  std::vector<Shelf> shelves_;
  bool prepared_ = false;
  std::size_t records_ = 0;
  std::size_t bound_;
  std::int64_t looked_to_ms_ = 0;
};

}  // namespace chatd::hub
