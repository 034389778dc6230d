// Operator: asks a host's admin service.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "admin.grpc.pb.h"
#include "catch.hpp"
#include "listener.hpp"

namespace chatd::testing {

namespace v1 = chatd::admin::v1;

// The setting of a host that has the service, on a free port.
inline const std::string admin_on = "admin.listen=127.0.0.1:0";

// Where the host says that its admin service is.
inline std::string admin_of(const HostProcess& host) {
  const std::string said = "admin service on ";
  const std::string log = host.log();
  const auto at = log.find(said);
  if (at == std::string::npos) throw std::runtime_error("the host has no admin service");
  return log.substr(at + said.size(), log.find('\n', at) - at - said.size());
}

struct Operator {
  explicit Operator(const std::string& address, std::string its_authorization = {})
      : stub(v1::Admin::NewStub(connect(address))), authorization(std::move(its_authorization)) {}

  template <class Reply, class Request>
  grpc::Status call(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&, Reply*), const Request& request,
                    Reply& reply) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    return (stub.get()->*method)(&context, request, &reply);
  }
  template <class Reply, class Request>
  Reply ask(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&, Reply*), const Request& request = {},
            grpc::StatusCode expected = grpc::StatusCode::OK) const {
    Reply reply;
    const auto status = call(method, request, reply);
    INFO(status.error_message());
    CHECK(status.error_code() == expected);
    return reply;
  }
  [[nodiscard]] v1::StatusReply status() const { return ask<v1::StatusReply, v1::StatusRequest>(&v1::Admin::Stub::Status); }

  // How many streams of that host it ended.
  std::uint64_t kick(const v1::KickRequest& request) const {
    return ask<v1::KickReply, v1::KickRequest>(&v1::Admin::Stub::Kick, request).ended();
  }
  std::uint64_t ban(const std::string& user, const std::string& reason = {}, std::int64_t seconds = 0) const {
    v1::BanRequest request;
    request.set_user_id(user);
    request.set_reason(reason);
    if (seconds > 0) request.mutable_lasts()->set_seconds(seconds);
    return ask<v1::BanReply, v1::BanRequest>(&v1::Admin::Stub::Ban, request).ended();
  }
  void unban(const std::string& user) const {
    v1::UnbanRequest request;
    request.set_user_id(user);
    ask<v1::UnbanReply, v1::UnbanRequest>(&v1::Admin::Stub::Unban, request);
  }

  std::unique_ptr<v1::Admin::Stub> stub;
  std::string authorization;
};

}  // namespace chatd::testing
