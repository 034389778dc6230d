#include "host/rpc/credentials.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include <grpc/grpc_security.h>

namespace chatd::rpc {
namespace {

struct Release {
  void operator()(grpc_auth_context* context) const noexcept { grpc_auth_context_release(context); }
};

// The listener asks for none, or has it checked before the connection's first call: one that is here was. By gRPC's C interface:
// ServerContext::auth_context allocates, and this is asked of every publish. The connection keeps it as long as the call.
std::string_view certificate_of(grpc::ServerContext& context) noexcept {
  const std::unique_ptr<grpc_auth_context, Release> auth(grpc_call_auth_context(context.c_call()));
  if (!auth) return {};
  auto found = grpc_auth_context_find_properties_by_name(auth.get(), GRPC_X509_PEM_CERT_PROPERTY_NAME);
  const grpc_auth_property* certificate = grpc_auth_property_iterator_next(&found);
  return certificate ? std::string_view(certificate->value, certificate->value_length) : std::string_view();
}

}  // namespace

sdk::Result<sdk::Credentials> credentials_of(grpc::ServerContext& context) {
  sdk::Credentials credentials;
  credentials.certificate = certificate_of(context);
  const auto [first, last] = context.client_metadata().equal_range("authorization");
  if (first == last) return credentials;
  if (std::next(first) != last) {
    return sdk::fail(sdk::Code::unauthenticated, "the metadata \"authorization\" was sent more than once; send it once");
  }
  const std::string_view line(first->second.data(), first->second.size());
  const auto space = std::min(line.find(' '), line.size());
  credentials.scheme = line.substr(0, space);
  credentials.value = line.substr(std::min(space + 1, line.size()));
  return credentials;
}

}  // namespace chatd::rpc
