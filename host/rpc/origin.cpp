#include "host/rpc/origin.hpp"

#include <string_view>
#include <vector>

#include "chatd/sdk/text.hpp"
#include "host/limits/forwarded.hpp"

namespace chatd::rpc {

std::optional<limits::IpAddress> origin_of(const grpc::ServerContext& context, const limits::Networks& trusted) {
  const auto peer = limits::IpAddress::parse_peer(context.peer());
  if (!peer) return std::nullopt;
  std::vector<std::string_view> forwarded_for;
  const auto [first, last] = context.client_metadata().equal_range("x-forwarded-for");
  for (auto at = first; at != last; ++at) forwarded_for.emplace_back(at->second.data(), at->second.size());
  return limits::client_of(*peer, forwarded_for, trusted);
}

void push_back(grpc::ServerContext& context, std::chrono::nanoseconds wait) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  context.AddTrailingMetadata("grpc-retry-pushback-ms", sdk::text(ms));
}

}  // namespace chatd::rpc
