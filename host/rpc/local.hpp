// Local: the server's second listener, for operators, beside the one for clients. gRPC gives both listeners the
// same services, so each call looks where it came from.
#pragma once

#include <string>
#include <string_view>

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "chatd/sdk/error.hpp"

namespace chatd::rpc {

class Queue;
class Server;

// A service that only the operators' listener has.
class LocalService {
 public:
  // Its full name, as reflection lists it. [any] never blocks
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  // To be registered before the server is built; it outlives the server. [control] never blocks
  [[nodiscard]] virtual grpc::Service& service() noexcept = 0;
  // Awaits the first calls; once the server is built. Both outlive the calls. [control] never blocks
  virtual void await(Server& server, Queue& queue) = 0;

 protected:
  ~LocalService() = default;
};

// Whether a call came by the operators' listener, when that is one of loopback. [queue] never blocks
[[nodiscard]] bool from_operator(grpc::ServerContext& context) noexcept;

// What a client's call is answered there. [any] never blocks
[[nodiscard]] sdk::Error not_for_clients();

// [any] never blocks
[[nodiscard]] grpc::Status status(const sdk::Error& error);

}  // namespace chatd::rpc
