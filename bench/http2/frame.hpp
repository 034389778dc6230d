// Frames of HTTP/2 (RFC 9113, 4 and 6): cut from a byte stream however it was split, and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::bench::http2 {

enum class FrameType : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9,
};

namespace flag {
inline constexpr std::uint8_t end_stream = 0x1;
inline constexpr std::uint8_t ack = 0x1;
inline constexpr std::uint8_t end_headers = 0x4;
inline constexpr std::uint8_t padded = 0x8;
inline constexpr std::uint8_t priority = 0x20;
}  // namespace flag

struct Frame {
  FrameType type = FrameType::data;  // may be none of those above: to be ignored
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string_view payload;
};

inline constexpr std::size_t frame_header_bytes = 9;
inline constexpr std::size_t largest_payload = 16'384;  // SETTINGS_MAX_FRAME_SIZE's default, which we leave as it is

// Big-endian.
[[nodiscard]] std::uint32_t read_u32(std::string_view four_bytes) noexcept;
void append_u16(std::string& out, std::uint16_t number);
void append_u32(std::string& out, std::uint32_t number);

void append_frame_header(std::string& out, std::size_t payload_bytes, FrameType type, std::uint8_t flags, std::uint32_t stream);
void append_frame(std::string& out, FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload);

// Cuts frames out of what is received. Whole frames are views into the input; only one that is split is copied.
class FrameReader {
 public:
  // Takes the next frame off `input`; false: there is no whole one, and all of `input` was taken in. The frame is valid until
  // the next call, as long as the input is. An error (a frame above largest_payload) is for good. never blocks
  [[nodiscard]] sdk::Result<bool> next(std::string_view& input, Frame& frame);

 private:
  std::string held_;    // the beginning of a frame
  bool given_ = false;  // held_ is whole, and was handed out
};

}  // namespace chatd::bench::http2
