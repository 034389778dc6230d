// Where a call comes from, and what a client is told that has to wait.
#pragma once

#include <chrono>
#include <optional>

#include <grpcpp/server_context.h>

#include "host/limits/ip_address.hpp"
#include "host/limits/networks.hpp"

namespace chatd::rpc {

// The client's address, whatever trusted proxies stand before it. Nothing: it is not to be counted. [queue] never blocks
[[nodiscard]] std::optional<limits::IpAddress> origin_of(const grpc::ServerContext& context, const limits::Networks& trusted);

// Tells the client when to try again, in the way that gRPC's clients look for (its proposal A6). REQUIRES: the call is not
// answered yet. [queue] never blocks
void push_back(grpc::ServerContext& context, std::chrono::nanoseconds wait);

}  // namespace chatd::rpc
