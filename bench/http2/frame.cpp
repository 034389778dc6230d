#include "bench/http2/frame.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"

namespace chatd::bench::http2 {
namespace {

std::size_t payload_bytes(std::string_view header) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(header[at])); };
  return byte(0) << 16U | byte(1) << 8U | byte(2);
}

Frame frame_of(std::string_view whole) noexcept {
  return {static_cast<FrameType>(whole[3]), static_cast<std::uint8_t>(whole[4]), read_u32(whole.substr(5)) & 0x7fff'ffffU,
          whole.substr(frame_header_bytes)};
}

}  // namespace

std::uint32_t read_u32(std::string_view four_bytes) noexcept {
  std::uint32_t number = 0;
  for (const char byte : four_bytes.substr(0, 4)) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

void append_u16(std::string& out, std::uint16_t number) {
  out += static_cast<char>(number >> 8U);
  out += static_cast<char>(number);
}

void append_u32(std::string& out, std::uint32_t number) {
  append_u16(out, static_cast<std::uint16_t>(number >> 16U));
  append_u16(out, static_cast<std::uint16_t>(number));
}

void append_frame_header(std::string& out, std::size_t size, FrameType type, std::uint8_t flags, std::uint32_t stream) {
  out += static_cast<char>(size >> 16U);
  append_u16(out, static_cast<std::uint16_t>(size));
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  append_u32(out, stream);
}

void append_frame(std::string& out, FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  append_frame_header(out, payload.size(), type, flags, stream);
  out += payload;
}

sdk::Result<bool> FrameReader::next(std::string_view& input, Frame& frame) {
  if (given_) {
    held_.clear();
    given_ = false;
  }
  const auto hold = [&](std::size_t up_to) {
    const std::size_t take = std::min(input.size(), up_to - held_.size());
    held_ += input.substr(0, take);
    input.remove_prefix(take);
  };
  const bool split = !held_.empty() || input.size() < frame_header_bytes;
  if (split && held_.size() < frame_header_bytes) {
    hold(frame_header_bytes);
    if (held_.size() < frame_header_bytes) return false;
  }
  const std::size_t payload = payload_bytes(split ? std::string_view(held_) : input);
  if (payload > largest_payload) {
    return sdk::fail(sdk::Code::internal,
                     sdk::text("the server sent a frame of ", payload, " bytes; the most that was agreed is ", largest_payload,
                               ". Does it speak HTTP/2 without TLS?"));
  }
  const std::size_t whole = frame_header_bytes + payload;
  if (!split && input.size() >= whole) {
    frame = frame_of(input.substr(0, whole));
    input.remove_prefix(whole);
    return true;
  }
  hold(whole);
  if (held_.size() < whole) return false;
  frame = frame_of(held_);
  given_ = true;
  return true;
}

}  // namespace chatd::bench::http2
