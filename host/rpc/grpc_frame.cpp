#include "host/rpc/grpc_frame.hpp"

#include <algorithm>
#include <string>

#include <grpc/slice.h>

namespace chatd::rpc {

std::string_view bytes_of(const hub::Frame& frame) noexcept {
  const auto& slice = static_cast<const GrpcFrame&>(frame).slice();
  return {static_cast<const char*>(static_cast<const void*>(slice.begin())), slice.size()};
}

hub::FramePtr GrpcFrameMaker::message(const wire::Message& message, std::string_view position) {
  return frame(encoder_.measure(message, position));
}

hub::FramePtr GrpcFrameMaker::notice(const wire::Notice& notice) { return frame(encoder_.measure(notice)); }

hub::FramePtr GrpcFrameMaker::moved(const hub::Frame& from, std::string_view position) {
  const auto old = bytes_of(from);
  const std::string added = wire::encode_position(position);
  grpc_slice slice = grpc_slice_malloc(old.size() + added.size());
  std::ranges::copy(added, std::ranges::copy(old, GRPC_SLICE_START_PTR(slice)).out);
  return std::make_shared<GrpcFrame>(grpc::Slice(slice, grpc::Slice::STEAL_REF));
}

hub::FramePtr GrpcFrameMaker::frame(std::size_t bytes) const {
  grpc_slice slice = grpc_slice_malloc(bytes);
  encoder_.write(GRPC_SLICE_START_PTR(slice));
  return std::make_shared<GrpcFrame>(grpc::Slice(slice, grpc::Slice::STEAL_REF));
}

}  // namespace chatd::rpc
