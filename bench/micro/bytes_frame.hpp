// BytesFrame: a frame as a transport without a library would have it, so that what is counted is chatd's own work.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "host/hub/frame.hpp"
#include "host/wire/frame.hpp"

namespace chatd::micro {

class BytesFrame final : public hub::Frame {
 public:
  explicit BytesFrame(std::vector<std::uint8_t> bytes) : Frame(bytes.size()), content_(std::move(bytes)) {}

  [[nodiscard]] const std::vector<std::uint8_t>& content() const noexcept { return content_; }

 private:
  std::vector<std::uint8_t> content_;
};

class BytesMaker final : public hub::FrameMaker {
 public:
  [[nodiscard]] hub::FramePtr message(const wire::Message& message, std::string_view position) override {
    return frame(encoder_.measure(message, position));
  }
  [[nodiscard]] hub::FramePtr notice(const wire::Notice& notice) override { return frame(encoder_.measure(notice)); }
  [[nodiscard]] hub::FramePtr moved(const hub::Frame& from, std::string_view) override {
    return std::make_shared<BytesFrame>(static_cast<const BytesFrame&>(from).content());
  }

 private:
  [[nodiscard]] hub::FramePtr frame(std::size_t bytes) const {
    std::vector<std::uint8_t> written(bytes);
    encoder_.write(written.data());
    return std::make_shared<BytesFrame>(std::move(written));
  }

  wire::FrameEncoder encoder_;
};

}  // namespace chatd::micro
