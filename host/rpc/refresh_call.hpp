// RefreshCall: one Refresh, from waiting for it to its answer: gives a stream that is open newer credentials.
#pragma once

#include <list>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "host/access/caller.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::rpc {

struct Endpoint;

class RefreshCall final : private access::Asker {
 public:
  explicit RefreshCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  RefreshCall(const RefreshCall&) = delete;
  RefreshCall& operator=(const RefreshCall&) = delete;

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::refresh_calls. [queue, or before it runs] never blocks
  void await(std::list<RefreshCall>::iterator self);

 private:
  void begun(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;
  void refuse(const sdk::Error& why) noexcept;

  Endpoint& endpoint_;
  std::list<RefreshCall>::iterator self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  On<RefreshCall, &RefreshCall::begun> begun_{this};
  On<RefreshCall, &RefreshCall::finished> finished_{this};
};

}  // namespace chatd::rpc
