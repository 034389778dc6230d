// PublishCall: one BroadcastMessage, from waiting for it to its answer, which comes when the broker has the record.
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "chatd/sdk/broker.hpp"
#include "host/access/caller.hpp"
#include "host/hub/known_log.hpp"
#include "host/hub/outgoing.hpp"
#include "host/limits/publishers.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::rpc {

struct Endpoint;

class PublishCall final : public sdk::Completion, private hub::Waiter, private access::Asker {
 public:
  explicit PublishCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  PublishCall(const PublishCall&) = delete;
  PublishCall& operator=(const PublishCall&) = delete;

  // Asks gRPC for the next publish. `self` is this call's place in Endpoint::publish_calls. [queue, or before it runs] never
  // blocks
  void await(std::list<PublishCall>::iterator self);

  // [any]
  void done(sdk::Result<sdk::Position> result) noexcept override;

 private:
  void begun(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;
  void publish(const access::Caller& caller) noexcept;
  [[nodiscard]] bool enter(const std::string& sender);
  void refuse(const limits::Publishers::Refusal& refusal, const std::string& sender) noexcept;
  void leave() noexcept;
  void settle() noexcept;
  void reached(sdk::Position first) noexcept override;
  void answer() noexcept;
  void refuse(const sdk::Error& why) noexcept;

  Endpoint& endpoint_;
  std::list<PublishCall>::iterator self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  On<PublishCall, &PublishCall::begun> begun_{this};
  On<PublishCall, &PublishCall::finished> finished_{this};
  limits::Publishers::Place sender_ = nullptr;
  std::chrono::steady_clock::time_point begun_at_;
  std::optional<hub::Outgoing> outgoing_;  // owns what the broker reads until it has answered
  sdk::Result<sdk::Position> result_;
};

}  // namespace chatd::rpc
