// Frame: one message, encoded once for one kind of client, never changed after. What its bytes are only its maker and its
// outlets know.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "host/wire/message.hpp"

namespace chatd::hub {

class Frame {
 public:
  explicit Frame(std::size_t bytes) : bytes_(bytes) {}
  virtual ~Frame() = default;
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // What it costs a ring. [any] never blocks
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t bytes_;
};

// Shared: by the ring and by every write under way.
using FramePtr = std::shared_ptr<const Frame>;

// Encodes. One thread uses one maker.
class FrameMaker {
 public:
  virtual ~FrameMaker() = default;
  // `position` is the token of the room after this message. [one thread] never blocks
  [[nodiscard]] virtual FramePtr message(const wire::Message& message, std::string_view position) = 0;
  // [one thread] never blocks
  [[nodiscard]] virtual FramePtr notice(const wire::Notice& notice) = 0;
  // The same message with another position, for one stream. `frame` is one of this kind of maker. [one thread] never blocks
  [[nodiscard]] virtual FramePtr moved(const Frame& frame, std::string_view position) = 0;
};

}  // namespace chatd::hub
