// GrpcFrame: a frame as gRPC takes it. The slice is shared by every write of it: no copy a client.
#pragma once

#include <memory>
#include <string_view>

#include <grpcpp/support/slice.h>

#include "host/hub/frame.hpp"
#include "host/wire/frame.hpp"

namespace chatd::rpc {

class GrpcFrame final : public hub::Frame {
 public:
  // Beside its bytes a frame costs its slot in the ring, this object with its counts (both in one allocation), and the slice's
  // head: 16 + 80 + 48 bytes with glibc's malloc, libstdc++ and gRPC 1.51.
  static constexpr std::size_t overhead = 144;

  explicit GrpcFrame(grpc::Slice slice) : Frame(slice.size() + overhead), slice_(std::move(slice)) {}
  [[nodiscard]] const grpc::Slice& slice() const noexcept { return slice_; }

 private:
  grpc::Slice slice_;
};

// The encoded message. Valid as long as the frame. [any] never blocks
[[nodiscard]] std::string_view bytes_of(const hub::Frame& frame) noexcept;

class GrpcFrameMaker final : public hub::FrameMaker {
 public:
  [[nodiscard]] hub::FramePtr message(const wire::Message& message, std::string_view position) override;
  [[nodiscard]] hub::FramePtr notice(const wire::Notice& notice) override;
  [[nodiscard]] hub::FramePtr moved(const hub::Frame& frame, std::string_view position) override;

 private:
  [[nodiscard]] hub::FramePtr frame(std::size_t bytes) const;

  wire::FrameEncoder encoder_;
};

}  // namespace chatd::rpc
