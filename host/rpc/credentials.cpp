#include "host/rpc/credentials.hpp"

#include <algorithm>
#include <string_view>

namespace chatd::rpc {

sdk::Result<sdk::Credentials> credentials_of(const grpc::ServerContext& context) {
  sdk::Credentials credentials;
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
