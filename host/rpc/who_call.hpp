// WhoCall and ServersCall: who is here, from the store in memory: answered at once, and no more than one answer may hold.
#pragma once

#include <list>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "chatd/sdk/error.hpp"
#include "host/access/caller.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::rpc {

struct Endpoint;

class WhoCall final : private access::Asker {
 public:
  explicit WhoCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  WhoCall(const WhoCall&) = delete;
  WhoCall& operator=(const WhoCall&) = delete;

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::who_calls. [queue, or before it runs] never blocks
  void await(std::list<WhoCall>::iterator self);

 private:
  void begun(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;
  void look(const access::Caller& caller) noexcept;
  void refuse(const sdk::Error& why) noexcept;

  Endpoint& endpoint_;
  std::list<WhoCall>::iterator self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  On<WhoCall, &WhoCall::begun> begun_{this};
  On<WhoCall, &WhoCall::finished> finished_{this};
};

class ServersCall final : private access::Asker {
 public:
  explicit ServersCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  ServersCall(const ServersCall&) = delete;
  ServersCall& operator=(const ServersCall&) = delete;

  // As WhoCall's; in Endpoint::servers_calls. [queue, or before it runs] never blocks
  void await(std::list<ServersCall>::iterator self);

 private:
  void begun(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;
  void look(const access::Caller& caller) noexcept;
  void refuse(const sdk::Error& why) noexcept;

  Endpoint& endpoint_;
  std::list<ServersCall>::iterator self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  On<ServersCall, &ServersCall::begun> begun_{this};
  On<ServersCall, &ServersCall::finished> finished_{this};
};

}  // namespace chatd::rpc
