// Credentials: what a call's metadata and its connection say of who makes it.
#pragma once

#include <grpcpp/server_context.h>

#include "chatd/sdk/authenticator.hpp"

namespace chatd::rpc {

// Valid as long as the context. Code::unauthenticated when they are sent more than once. [queue] never blocks
[[nodiscard]] sdk::Result<sdk::Credentials> credentials_of(grpc::ServerContext& context);

}  // namespace chatd::rpc
