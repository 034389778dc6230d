#include "host/admin/command.hpp"

#include <chrono>
#include <memory>

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include "admin.grpc.pb.h"
#include "chatd/sdk/text.hpp"
#include "host/admin/print.hpp"

namespace chatd::admin {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_wait = 5s;

std::shared_ptr<grpc::Channel> connect(const std::string& address) {
  gpr_set_log_function([](gpr_log_func_args*) {});  // what matters is in the status
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the host is on this machine
  return grpc::CreateCustomChannel("dns:///" + address, grpc::InsecureChannelCredentials(), arguments);
}

sdk::Error unanswered(const std::string& address, const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return {sdk::Code::unavailable,
              sdk::text("no host answers at ", address,
                        "; is one running, and is that its admin.listen? Name another address with --admin HOST:PORT"),
              true};
    case grpc::StatusCode::UNIMPLEMENTED:
      return {sdk::Code::unimplemented,
              sdk::text("what answers at ", address,
                        " has no admin service; --admin HOST:PORT wants a host's admin.listen, not its host.listen"),
              false};
    default:
      return {sdk::Code::unavailable, sdk::text("the host at ", address, " did not answer: ", status.error_message()), true};
  }
}

template <class Request, class Reply>
sdk::Result<Reply> ask(v1::Admin::Stub& stub, const std::string& address, const Request& request,
                       grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&, Reply*)) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + answer_wait);
  Reply reply;
  const auto status = (stub.*method)(&context, request, &reply);
  if (!status.ok()) return std::unexpected(unanswered(address, status));
  return reply;
}

}  // namespace

sdk::Result<std::string> status(const std::string& address, Form form) {
  const auto stub = v1::Admin::NewStub(connect(address));
  const auto reply = ask(*stub, address, v1::StatusRequest{}, &v1::Admin::Stub::Status);
  if (!reply) return std::unexpected(reply.error());
  return form == Form::json ? json(*reply) : table(*reply);
}

sdk::Result<std::string> slow_clients(const std::string& address, std::uint32_t limit, Form form) {
  const auto stub = v1::Admin::NewStub(connect(address));
  v1::SlowClientsRequest request;
  request.set_limit(limit);
  const auto reply = ask(*stub, address, request, &v1::Admin::Stub::SlowClients);
  if (!reply) return std::unexpected(reply.error());
  return form == Form::json ? json(*reply) : table(*reply);
}

sdk::Result<std::string> drain(const std::string& address, bool wait) {
  const auto channel = connect(address);
  const auto stub = v1::Admin::NewStub(channel);
  const auto reply = ask(*stub, address, v1::DrainRequest{}, &v1::Admin::Stub::Drain);
  if (!reply) return std::unexpected(reply.error());
  if (!wait) return std::string(reply->already() ? "it is draining already\n" : "it drains\n");
  // The host ends this connection last of all.
  while (channel->GetState(false) == GRPC_CHANNEL_READY) {
    channel->WaitForStateChange(GRPC_CHANNEL_READY, std::chrono::system_clock::time_point::max());
  }
  return std::string("it has ended\n");
}

}  // namespace chatd::admin
