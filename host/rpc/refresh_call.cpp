#include "host/rpc/refresh_call.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "chatd/sdk/text.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/local.hpp"
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

void RefreshCall::begun(bool ok) noexcept {
  if (!ok) {  // the server shuts down
    endpoint_.refresh_calls.erase(self_);
    return;
  }
  endpoint_.await_refresh();
  if (from_operator(context_)) return refuse(not_for_clients());
  if (!endpoint_.access) {
    return refuse({sdk::Code::failed_precondition,
                   "streams of this server have no end that could be put off: it believes everybody", false});
  }
  endpoint_.identify(context_, *this);
}

void RefreshCall::identified(const sdk::Result<access::Who>& who) noexcept {
  if (!who) return refuse(who.error());
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
  if (const auto renewed = stream->renew(*who); !renewed) return refuse(renewed.error());
  const auto& end = (*who)->streams_end;
  leases.renew(*number, end);
  const grpc::Slice slice(wire::encode_refreshed(access::time_left(end, endpoint_.clock.now())));
  writer_.Finish(grpc::ByteBuffer(&slice, 1), grpc::Status::OK, &finished_);
}

void RefreshCall::refuse(const sdk::Error& why) noexcept {
  endpoint_.count(why);
  writer_.FinishWithError(status(why), &finished_);
}

void RefreshCall::finished(bool) noexcept { endpoint_.refresh_calls.erase(self_); }

}  // namespace chatd::rpc
