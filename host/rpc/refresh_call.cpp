#include "host/rpc/refresh_call.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "chatd/sdk/text.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/wire/frame.hpp"

namespace chatd::rpc {
namespace {

// Its number, when the stream is one of this host's.
std::optional<std::uint64_t> number_of(std::string_view stream, std::string_view server_id) {
  if (!stream.starts_with(server_id)) return std::nullopt;
  stream.remove_prefix(server_id.size());
  if (!stream.starts_with('/')) return std::nullopt;
  stream.remove_prefix(1);
  std::uint64_t number = 0;
  const char* const end = stream.data() + stream.size();
  const auto [stop, error] = std::from_chars(stream.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

void RefreshCall::await(std::list<RefreshCall>::iterator self) {
  self_ = self;
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestRefresh(&context_, &request_, &writer_, completions, completions, &begun_);
}

void RefreshCall::await_next() { endpoint_.await_refresh(); }

void RefreshCall::take(const access::Caller& caller) noexcept {
  if (!endpoint_.access) {
    return refuse({sdk::Code::failed_precondition,
                   "streams of this server have no end that could be put off: it believes everybody", false});
  }
  grpc::Slice storage;
  const auto request = wire::parse_refresh(one_piece(request_, storage));
  if (!request) return refuse(request.error());
  auto& leases = endpoint_.access->leases;
  const auto number = number_of(request->stream, endpoint_.options.server_id);
  auto* const stream = number ? leases.find(*number) : nullptr;
  if (!stream) {
    return refuse({sdk::Code::not_found,
                   "this server has no such stream; name it as its metadata chatd-stream did, or connect again", false});
  }
  if (const auto renewed = stream->renew(caller.who()); !renewed) return refuse(renewed.error());
  const auto& end = caller.who()->streams_end;
  leases.renew(*number, end);
  finish(wire::encode_refreshed(access::time_left(end, endpoint_.clock.now())));
}

void RefreshCall::end() noexcept { endpoint_.refresh_calls.erase(self_); }

}  // namespace chatd::rpc
