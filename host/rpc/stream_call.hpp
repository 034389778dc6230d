// StreamCall: one CreateStream, from waiting for it to its end. The outlet of its session. Everything on the queue's thread.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <string>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include "host/access/caller.hpp"
#include "host/hub/session.hpp"
#include "host/limits/ip_address.hpp"
#include "host/limits/tally.hpp"
#include "host/rpc/direct_write.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::rpc {

struct Endpoint;

class StreamCall final : public hub::Outlet, private access::Asker, private access::Tenant {
 public:
  explicit StreamCall(Endpoint& endpoint) : endpoint_(endpoint) {}
  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

  // Asks gRPC for the next stream. `self` is this call's place in Endpoint::stream_calls. [queue, or before it runs] never blocks
  void await(std::list<StreamCall>::iterator self);

  void open() noexcept override;
  void write(const hub::Frame& frame, bool more) noexcept override;
  void end(const sdk::Error& why, std::span<const wire::Place> places) noexcept override;
  void cut() noexcept override;
  [[nodiscard]] std::string peer() const override { return context_.peer(); }

 private:
  void begun(bool ok) noexcept;
  void opened(bool ok) noexcept;
  void wrote(bool ok) noexcept;
  void finished(bool ok) noexcept;
  void gone(bool ok) noexcept;
  void identified(const sdk::Result<access::Who>& who) noexcept override;
  void take_up() noexcept;
  [[nodiscard]] sdk::Result<> enter(const std::string& user_id) noexcept;
  [[nodiscard]] sdk::Result<> may_stay(const access::Caller& caller) const;
  void lapsed() noexcept override;
  void revised() noexcept override;
  [[nodiscard]] sdk::Result<> renew(const access::Who& who) noexcept override;
  void came_back() noexcept;

  Endpoint& endpoint_;
  std::list<StreamCall>::iterator self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer_{&context_};
  On<StreamCall, &StreamCall::begun> begun_{this};
  On<StreamCall, &StreamCall::opened> opened_{this};
  On<StreamCall, &StreamCall::wrote> wrote_{this};
  DirectWrite message_{wrote_};
  On<StreamCall, &StreamCall::finished> finished_{this};
  On<StreamCall, &StreamCall::gone> gone_{this};
  access::Caller caller_;
  hub::Session* session_ = nullptr;
  limits::Tally<std::string>::Place user_place_ = nullptr;  // both as long as it has a session
  limits::Tally<limits::IpAddress>::Place address_place_ = nullptr;
  std::uint64_t number_ = 0;                     // once it has a session
  sdk::Code ended_with_ = sdk::Code::cancelled;  // by its client, unless we ended it
  bool gone_already_ = false;
  int outstanding_ = 0;  // tags that gRPC still owes us; the call may go when there are none
};

}  // namespace chatd::rpc
