// UnaryCall: one call with one answer, from waiting for it to its end. Who makes it is found out here; what it asks for is its
// kind's.
#pragma once

#include <chrono>
#include <string_view>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "chatd/sdk/error.hpp"
#include "host/access/caller.hpp"
#include "host/rpc/event.hpp"

namespace chatd::rpc {

struct Endpoint;

class UnaryCall : private access::Asker {
 public:
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

 private:
  void begun(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;

 protected:
  explicit UnaryCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  ~UnaryCall() = default;

  // gRPC has given it to us: one more of its kind is to be awaited. [queue] must not block
  virtual void await_next() = 0;
  // Answers it, now or later, by `finish` or `refuse`, once. [queue] must not block
  virtual void take(const access::Caller& caller) noexcept = 0;
  // It is over, and destroys itself. [queue] must not block
  virtual void end() noexcept = 0;

  // [queue] never blocks
  void finish(std::string_view answer) noexcept;
  virtual void refuse(const sdk::Error& why) noexcept;

  Endpoint& endpoint_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  std::chrono::steady_clock::time_point begun_at_;  // when gRPC had it
  On<UnaryCall, &UnaryCall::begun> begun_{this};    // the tag to ask gRPC with
  On<UnaryCall, &UnaryCall::finished> finished_{this};
};

}  // namespace chatd::rpc
