// Recovery: the way of one stream in one room from where it stood to the cursor that everybody has. It ends there, and is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "host/hub/frame.hpp"
#include "host/hub/log.hpp"
#include "host/wire/token.hpp"

namespace chatd::hub {

class PastReader;

struct Recovery {
  enum class Stage : std::uint8_t {
    waiting,  // for the host to know the logs, or for what the token has seen already
    merging,  // the ring has what is missing, among frames that the stream has
    reading,  // the log is read; `frames` is what came of it
    fallen,   // the ring has dropped what came next
  };
  Stage stage = Stage::waiting;
  bool verdict_due = false;  // a resume: SUBSCRIBED was not sent yet, and says whether it succeeded
  std::size_t history = 0;   // so many of the newest messages are wanted, of a stream that does not resume
  wire::Token seen;          // where the stream stands: it has everything before this, and nothing after

  std::uint64_t until = 0;  // merging: from this sequence number on the stream has no frame of the ring

  // Reading.
  std::shared_ptr<PastReader> reader;  // shared with the thread that reads
  std::deque<FramePtr> frames;
  bool asked = false;      // for more
  bool more = false;       // there is
  std::uint64_t then = 0;  // the sequence number at which the ring goes on where the log was read to
};

}  // namespace chatd::hub
