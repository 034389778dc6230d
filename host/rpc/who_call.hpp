// WhoCall and ServersCall: who is here, from the store in memory: answered at once, and no more than one answer may hold.
#pragma once

#include <list>

#include "host/rpc/unary_call.hpp"

namespace chatd::rpc {

class WhoCall final : public UnaryCall {
 public:
  explicit WhoCall(Endpoint& endpoint) : UnaryCall(endpoint) {}

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::who_calls. [queue, or before it runs] never blocks
  void await(std::list<WhoCall>::iterator self);

 private:
  void await_next() override;
  void take(const access::Caller& caller) noexcept override;
  void end() noexcept override;

  std::list<WhoCall>::iterator self_;
};

class ServersCall final : public UnaryCall {
 public:
  explicit ServersCall(Endpoint& endpoint) : UnaryCall(endpoint) {}

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::servers_calls. [queue, or before it runs] never blocks
  void await(std::list<ServersCall>::iterator self);

 private:
  void await_next() override;
  void take(const access::Caller& caller) noexcept override;
  void end() noexcept override;

  std::list<ServersCall>::iterator self_;
};

}  // namespace chatd::rpc
