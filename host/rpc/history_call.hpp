// HistoryCall: one History, from waiting for it to its answer: at once when the room's ring has it, else from the log.
#pragma once

#include <list>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "chatd/sdk/error.hpp"
#include "host/access/caller.hpp"
#include "host/hub/history.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::rpc {

struct Endpoint;

class HistoryCall final : private access::Asker {
 public:
  explicit HistoryCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  HistoryCall(const HistoryCall&) = delete;
  HistoryCall& operator=(const HistoryCall&) = delete;

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::history_calls. [queue, or before it runs] never blocks
  void await(std::list<HistoryCall>::iterator self);
  // Answers a call that waits for the log: it is not read any more. [queue] never blocks
  void give_up(const sdk::Error& why) noexcept;

 private:
  void begun(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;
  void look(const access::Caller& caller) noexcept;
  void answer(const sdk::Result<hub::Answer>& found) noexcept;
  void refuse(const sdk::Error& why) noexcept;

  Endpoint& endpoint_;
  std::list<HistoryCall>::iterator self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  On<HistoryCall, &HistoryCall::begun> begun_{this};
  On<HistoryCall, &HistoryCall::finished> finished_{this};
  bool reading_ = false;
};

}  // namespace chatd::rpc
