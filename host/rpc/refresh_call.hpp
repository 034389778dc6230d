// RefreshCall: one Refresh: gives a stream that is open newer credentials.
#pragma once

#include <list>

#include "host/rpc/unary_call.hpp"

namespace chatd::rpc {

class RefreshCall final : public UnaryCall {
 public:
  explicit RefreshCall(Endpoint& endpoint) : UnaryCall(endpoint) {}

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::refresh_calls. [queue, or before it runs] never blocks
  void await(std::list<RefreshCall>::iterator self);

 private:
  void await_next() override;
  void take(const access::Caller& caller) noexcept override;
  void end() noexcept override;

  std::list<RefreshCall>::iterator self_;
};

}  // namespace chatd::rpc
