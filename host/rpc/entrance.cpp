#include "host/rpc/entrance.hpp"

#include <utility>

namespace chatd::rpc {

sdk::Result<> Entrance::open(const Acceptor::Options& options, sdk::Logger& log) {
  auto acceptor = Acceptor::open(options, log);
  if (!acceptor) return std::unexpected(acceptor.error());
  acceptor_ = *std::move(acceptor);
  return {};
}

void Entrance::tell(OperatorPeers& peers, bool of_operators) noexcept {
  peers_ = &peers;
  of_operators_ = of_operators;
}

void Entrance::build(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials) {
  hand_over_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, std::move(credentials));
}

void Entrance::run(limits::Pulse& pulse) {
  pulse_ = &pulse;
  acceptor_->run(*this);
}

void Entrance::stop() noexcept {
  if (acceptor_) acceptor_->stop();
}

void Entrance::take(Descriptor socket) noexcept {
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.listener_fd = acceptor_->listener();
  if (peers_ && of_operators_) peers_->add(socket.get());
  if (peers_ && !of_operators_) peers_->remove(socket.get());
  connection.fd = socket.release();
  hand_over_->HandleNewConnection(&connection);
}

}  // namespace chatd::rpc
