// Entrance: a listener, and how its connections get to gRPC.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/server_builder.h>

#include "host/limits/pulse.hpp"
#include "host/rpc/acceptor.hpp"
#include "host/rpc/operator_peers.hpp"

namespace chatd::rpc {

class Entrance final : public Door {
 public:
  // [control] may block (name look-up)
  sdk::Result<> open(const Acceptor::Options& options, sdk::Logger& log);
  // From now on its connections are told to `peers`, as those of operators or of others. [control] never blocks
  void tell(OperatorPeers& peers, bool of_operators) noexcept;
  // [control] never blocks
  void build(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials);
  // `pulse` outlives it. REQUIRES: open, build. [control] never blocks
  void run(limits::Pulse& pulse);
  // Twice is fine, and without open. [control] may block briefly
  void stop() noexcept;
  // [any] never blocks
  [[nodiscard]] bool is_open() const noexcept { return acceptor_ != nullptr; }
  // REQUIRES: open. [any] never blocks
  [[nodiscard]] const std::string& address() const noexcept { return acceptor_->address(); }

 private:
  void take(Descriptor socket) noexcept override;
  [[nodiscard]] limits::Strain strain() noexcept override { return pulse_->strain(); }

  limits::Pulse* pulse_ = nullptr;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> hand_over_;
  OperatorPeers* peers_ = nullptr;  // null: gRPC says by which listener a call came
  bool of_operators_ = false;
  std::unique_ptr<Acceptor> acceptor_;  // gone first: its thread uses the others
};

}  // namespace chatd::rpc
