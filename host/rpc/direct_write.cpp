#include "host/rpc/direct_write.hpp"

#include <cstdlib>

#include <grpc/grpc.h>
#include <grpc/slice_buffer.h>

namespace chatd::rpc {

DirectWrite::DirectWrite(Event& done) noexcept : done_(done) {
  bytes_.type = GRPC_BB_RAW;
  bytes_.data.raw.compression = GRPC_COMPRESS_NONE;
  grpc_slice_buffer_init(&bytes_.data.raw.slice_buffer);
}

DirectWrite::~DirectWrite() { grpc_slice_buffer_destroy(&bytes_.data.raw.slice_buffer); }

void DirectWrite::write(grpc_call* call, const grpc::Slice& message, bool more) noexcept {
  grpc_slice_buffer_reset_and_unref(&bytes_.data.raw.slice_buffer);
  grpc_slice_buffer_add(&bytes_.data.raw.slice_buffer, message.c_slice());
  grpc_op send{};
  send.op = GRPC_OP_SEND_MESSAGE;
  send.flags = more ? GRPC_WRITE_BUFFER_HINT : 0;
  send.data.send_message.send_message = &bytes_;
  // It refuses only what is used wrongly, and a write that was refused would never come back.
  if (grpc_call_start_batch(call, &send, 1, static_cast<CompletionQueueTag*>(this), nullptr) != GRPC_CALL_OK) std::abort();
}

bool DirectWrite::FinalizeResult(void** tag, bool*) noexcept {
  *tag = &done_;
  return true;
}

}  // namespace chatd::rpc
