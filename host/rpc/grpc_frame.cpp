#include "host/rpc/grpc_frame.hpp"

#include <grpc/slice.h>

namespace chatd::rpc {

hub::FramePtr GrpcFrameMaker::message(const wire::Message& message, std::string_view position) {
  return frame(encoder_.measure(message, position));
}

hub::FramePtr GrpcFrameMaker::subscribed(std::string_view room) { return frame(encoder_.measure_subscribed(room)); }

hub::FramePtr GrpcFrameMaker::frame(std::size_t bytes) const {
  grpc_slice slice = grpc_slice_malloc(bytes);
  encoder_.write(GRPC_SLICE_START_PTR(slice));
  return std::make_shared<GrpcFrame>(grpc::Slice(slice, grpc::Slice::STEAL_REF));
}

}  // namespace chatd::rpc
