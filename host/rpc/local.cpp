#include "host/rpc/local.hpp"

#include <memory>

#include <grpc/grpc_security.h>

namespace chatd::rpc {
namespace {

struct Release {
  void operator()(grpc_auth_context* context) const noexcept { grpc_auth_context_release(context); }
};

}  // namespace

// By gRPC's C interface: ServerContext::auth_context allocates, and this is asked of every publish.
bool from_operator(grpc::ServerContext& context) noexcept {
  const std::unique_ptr<grpc_auth_context, Release> auth(grpc_call_auth_context(context.c_call()));
  if (!auth) return false;
  auto found = grpc_auth_context_find_properties_by_name(auth.get(), GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  const grpc_auth_property* type = grpc_auth_property_iterator_next(&found);
  // What LocalServerCredentials write; gRPC's public headers have no name for it.
  return type && std::string_view(type->value, type->value_length) == "local";
}

sdk::Error not_for_clients() {
  return {sdk::Code::unimplemented, "this address is for operators (admin.listen); clients connect to that of host.listen",
          false};
}

}  // namespace chatd::rpc
