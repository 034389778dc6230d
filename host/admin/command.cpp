#include "host/admin/command.hpp"

#include <chrono>
#include <fstream>
#include <memory>

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <openssl/evp.h>

#include "admin.grpc.pb.h"
#include "chatd/sdk/text.hpp"
#include "host/admin/print.hpp"

namespace chatd::admin {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_wait = 5s;
constexpr auto reload_wait = 60s;  // files of users and keys are read, and plugins loaded

std::shared_ptr<grpc::Channel> connect(const std::string& address) {
  gpr_set_log_function([](gpr_log_func_args*) {});  // what matters is in the status
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the host is on this machine
  arguments.SetMaxReceiveMessageSize(-1);           // lists are as long as was asked for
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
      if (!status.error_message().empty()) return {sdk::Code::unimplemented, status.error_message(), false};
      return {sdk::Code::unimplemented,
              sdk::text("what answers at ", address,
                        " has no admin service; --admin HOST:PORT wants a host's admin.listen, not its host.listen"),
              false};
    case grpc::StatusCode::UNAUTHENTICATED:
      return {sdk::Code::unauthenticated,
              sdk::text(status.error_message(), "; show who you are with --token-file, or --login and --password-file"), false};
    // It has answered.
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return {static_cast<sdk::Code>(status.error_code()), status.error_message(), false};
    default:
      return {sdk::Code::unavailable, sdk::text("the host at ", address, " did not answer: ", status.error_message()), true};
  }
}

template <class Request, class Reply>
sdk::Result<Reply> ask(v1::Admin::Stub& stub, const Target& host, const Request& request,
                       grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
                       std::chrono::seconds wait = answer_wait) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + wait);
  if (!host.authorization.empty()) context.AddMetadata("authorization", host.authorization);
  Reply reply;
  const auto status = (stub.*method)(&context, request, &reply);
  if (!status.ok()) return std::unexpected(unanswered(host.address, status));
  return reply;
}

// One question, and its answer as it is printed.
template <class Request, class Reply>
sdk::Result<std::string> tell(const Target& host, const Request& request,
                              grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&, Reply*), Form form) {
  const auto stub = v1::Admin::NewStub(connect(host.address));
  const auto reply = ask(*stub, host, request, method);
  if (!reply) return std::unexpected(reply.error());
  return form == Form::json ? json(*reply) : table(*reply);
}

// The first line of a file.
sdk::Result<std::string> line_of(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  if (!in || !std::getline(in, line))
    return sdk::fail(sdk::Code::not_found, sdk::text("cannot read a line of ", path, "; is it there, and may you read it?"));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

std::string base64(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that OpenSSL writes
  auto* const to = reinterpret_cast<unsigned char*>(out.data());
  out.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(to, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
  return out;
}

}  // namespace

sdk::Result<std::string> authorization(const std::string& token_file, const std::string& login,
                                       const std::string& password_file) {
  if (!token_file.empty()) {
    const auto token = line_of(token_file);
    if (!token) return std::unexpected(token.error());
    return "Bearer " + *token;
  }
  if (login.empty()) return std::string();
  const auto password = line_of(password_file);
  if (!password) return std::unexpected(password.error());
  return "Basic " + base64(login + ':' + *password);
}

sdk::Result<std::string> status(const Target& host, Form form) {
  return tell(host, v1::StatusRequest{}, &v1::Admin::Stub::Status, form);
}

sdk::Result<std::string> health(const Target& host, Form form) {
  const auto stub = v1::Admin::NewStub(connect(host.address));
  const auto reply = ask(*stub, host, v1::StatusRequest{}, &v1::Admin::Stub::Status);
  if (!reply) return std::unexpected(reply.error());
  if (!reply->serving())
    return sdk::fail(sdk::Code::unavailable, sdk::text("the host at ", host.address, " does not serve: ", reply->not_serving()),
                     true);
  return form == Form::json ? json(*reply) : "it serves\n";
}

sdk::Result<std::string> slow_clients(const Target& host, std::uint32_t limit, Form form) {
  v1::SlowClientsRequest request;
  request.set_limit(limit);
  return tell(host, request, &v1::Admin::Stub::SlowClients, form);
}

sdk::Result<std::string> sessions(const Target& host, const SessionsWanted& wanted, Form form) {
  v1::SessionsRequest request;
  request.set_user_id(wanted.user_id);
  if (wanted.room) request.set_room(*wanted.room);
  request.set_limit(wanted.limit);
  return tell(host, request, &v1::Admin::Stub::Sessions, form);
}

sdk::Result<std::string> rooms(const Target& host, std::uint32_t limit, Form form) {
  v1::RoomsRequest request;
  request.set_limit(limit);
  return tell(host, request, &v1::Admin::Stub::Rooms, form);
}

sdk::Result<std::string> servers(const Target& host, Form form) {
  return tell(host, v1::ServersRequest{}, &v1::Admin::Stub::Servers, form);
}

sdk::Result<std::string> plugins(const Target& host, Form form) {
  return tell(host, v1::PluginsRequest{}, &v1::Admin::Stub::Plugins, form);
}

sdk::Result<std::string> log_level(const Target& host, const std::string& component, const std::string& level, Form form) {
  v1::LogLevelRequest request;
  request.set_component(component);
  request.set_level(level);
  return tell(host, request, &v1::Admin::Stub::LogLevel, form);
}

sdk::Result<std::string> kick(const Target& host, const KickWanted& wanted, Form form) {
  v1::KickRequest request;
  if (!wanted.user_id.empty()) {
    request.set_user_id(wanted.user_id);
  } else if (!wanted.token_id.empty()) {
    request.set_token_id(wanted.token_id);
  } else {
    request.mutable_connection()->set_server_id(wanted.server_id);
    request.mutable_connection()->set_connection_id(wanted.connection);
  }
  request.set_reason(wanted.reason);
  return tell(host, request, &v1::Admin::Stub::Kick, form);
}

sdk::Result<std::string> ban(const Target& host, const BanWanted& wanted, Form form) {
  v1::BanRequest request;
  if (!wanted.user_id.empty())
    request.set_user_id(wanted.user_id);
  else
    request.set_token_id(wanted.token_id);
  if (wanted.lasts) request.mutable_lasts()->set_seconds(wanted.lasts->count());
  request.set_reason(wanted.reason);
  return tell(host, request, &v1::Admin::Stub::Ban, form);
}

sdk::Result<std::string> unban(const Target& host, const BanWanted& wanted, Form form) {
  v1::UnbanRequest request;
  if (!wanted.user_id.empty())
    request.set_user_id(wanted.user_id);
  else
    request.set_token_id(wanted.token_id);
  return tell(host, request, &v1::Admin::Stub::Unban, form);
}

sdk::Result<std::string> bans(const Target& host, std::uint32_t limit, Form form) {
  v1::BansRequest request;
  request.set_limit(limit);
  return tell(host, request, &v1::Admin::Stub::Bans, form);
}

sdk::Result<std::string> reload(const Target& host) {
  const auto stub = v1::Admin::NewStub(connect(host.address));
  const auto reply = ask(*stub, host, v1::ReloadRequest{}, &v1::Admin::Stub::Reload, reload_wait);
  if (!reply) return std::unexpected(reply.error());
  if (reply->problems().empty()) return table(*reply);
  std::string text = "nothing was changed, for the configuration is wrong:";
  for (const auto& problem : reply->problems()) text += sdk::text("\n", problem);
  return sdk::fail(sdk::Code::invalid_argument, text);
}

sdk::Result<std::string> drain(const Target& host, bool wait) {
  const auto channel = connect(host.address);
  const auto stub = v1::Admin::NewStub(channel);
  const auto reply = ask(*stub, host, v1::DrainRequest{}, &v1::Admin::Stub::Drain);
  if (!reply) return std::unexpected(reply.error());
  if (!wait) return std::string(reply->already() ? "it is draining already\n" : "it drains\n");
  // The host ends this connection last of all.
  while (channel->GetState(false) == GRPC_CHANNEL_READY) {
    channel->WaitForStateChange(GRPC_CHANNEL_READY, std::chrono::system_clock::time_point::max());
  }
  return std::string("it has ended\n");
}

}  // namespace chatd::admin
