// DirectWrite: one message after another to a stream, by gRPC's C interface. ServerAsyncWriter::Write allocates and copies a
// buffer for each write, twice; this one uses its own again.
#pragma once

#include <grpc/impl/codegen/grpc_types.h>
#include <grpcpp/impl/codegen/completion_queue_tag.h>
#include <grpcpp/support/slice.h>

#include "host/rpc/event.hpp"

namespace chatd::rpc {

class DirectWrite final : private grpc::internal::CompletionQueueTag {
 public:
  // `done` is fired after each write; it must outlive it.
  explicit DirectWrite(Event& done) noexcept;
  ~DirectWrite();
  DirectWrite(const DirectWrite&) = delete;
  DirectWrite& operator=(const DirectWrite&) = delete;

  // Starts one write; `more`: another follows at once, so the bytes may wait for it. REQUIRES: the last one is done, and the call
  // has sent its initial metadata. [queue] never blocks
  void write(grpc_call* call, const grpc::Slice& message, bool more) noexcept;

 private:
  bool FinalizeResult(void** tag, bool* ok) noexcept override;

  Event& done_;
  grpc_byte_buffer bytes_{};
};

}  // namespace chatd::rpc
