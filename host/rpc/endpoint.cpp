#include "host/rpc/endpoint.hpp"

#include <chrono>
#include <limits>

#include "host/rpc/credentials.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/operator_peers.hpp"
#include "host/rpc/origin.hpp"

namespace chatd::rpc {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_identities = 20'000;  // a digest and an identity each, below a kilobyte

}  // namespace

std::string_view one_piece(grpc::ByteBuffer& buffer, grpc::Slice& storage) {
  if (!buffer.TrySingleSlice(&storage).ok() && !buffer.DumpToSingleSlice(&storage).ok()) return {};
  return {static_cast<const char*>(static_cast<const void*>(storage.begin())), storage.size()};
}

grpc::Status status(const sdk::Error& error) { return {static_cast<grpc::StatusCode>(error.code), error.text}; }

Endpoint::Endpoint(const ServerOptions& its_options, sdk::Broker& its_broker, const sdk::Clock& its_clock, sdk::Logger& log,
                   BroadcastService& its_service, Queue& its_queue, hub::BrokerLibrary& its_library,
                   limits::Refusals& its_refusals)
    : options(its_options),
      broker(its_broker),
      clock(its_clock),
      service(its_service),
      queue(its_queue),
      library(its_library),
      refusals(its_refusals),
      connections(broker, queue.inbox(), log, clock, options.topics.connections, options.server_id),
      publishers(options.publishers),
      user_streams(options.streams_per_user),
      address_streams(options.streams_per_address),
      user_queries(options.queries_per_user),
      address_queries(options.queries_per_user),
      publishes(options.publishes_in_flight),
      streams(std::numeric_limits<std::size_t>::max()) {
  if (options.authenticator) access.emplace(*options.authenticator, queue.inbox(), clock, most_identities);
}

void Endpoint::await_publish() {
  const auto call = publish_calls.emplace(publish_calls.end(), *this);
  call->await(call);
}

void Endpoint::await_stream() {
  const auto call = stream_calls.emplace(stream_calls.end(), *this);
  call->await(call);
}

void Endpoint::await_history() {
  const auto call = history_calls.emplace(history_calls.end(), *this);
  call->await(call);
}

void Endpoint::await_who() {
  const auto call = who_calls.emplace(who_calls.end(), *this);
  call->await(call);
}

void Endpoint::await_servers() {
  const auto call = servers_calls.emplace(servers_calls.end(), *this);
  call->await(call);
}

void Endpoint::await_refresh() {
  const auto call = refresh_calls.emplace(refresh_calls.end(), *this);
  call->await(call);
}

void Endpoint::tick() noexcept {
  if (access) access->tick();
  const auto now = std::chrono::steady_clock::now();
  publishers.tick(now);
  user_queries.tick(now);
  address_queries.tick(now);
}

void Endpoint::change() noexcept {
  publishers.change(options.publishers);
  user_streams.change(options.streams_per_user);
  address_streams.change(options.streams_per_address);
  user_queries.change(options.queries_per_user);
  address_queries.change(options.queries_per_user);
  publishes.change(options.publishes_in_flight);
}

sdk::Result<> Endpoint::may_ask(grpc::ServerContext& context, const access::Caller& caller, const std::string& user_id) {
  if (options.queries_per_user.per_second <= 0) return {};
  const auto now = std::chrono::steady_clock::now();
  const auto* const identity = caller.identity();
  std::chrono::nanoseconds wait{0};
  if (const auto& user = identity && !identity->user_id.empty() ? identity->user_id : user_id; !user.empty())
    wait = user_queries.take(user, now);
  else if (const auto from = origin_of(context, options.connections.trusted))
    wait = address_queries.take(from->counted(), now);
  if (wait == 0ns) return {};
  refusals.count(limits::Reason::query_rate_per_user);
  push_back(context, wait);
  return sdk::fail(sdk::Code::resource_exhausted,
                   "you ask more often than this server answers (limits.queries_per_second_per_user); try again later", true);
}

void Endpoint::count(const sdk::Error& refusal) noexcept {
  switch (refusal.code) {
    case sdk::Code::invalid_argument:
      return refusals.count(limits::Reason::bad_request);
    case sdk::Code::unauthenticated:
      return refusals.count(limits::Reason::unauthenticated);
    case sdk::Code::permission_denied:
      return refusals.count(limits::Reason::permission_denied);
    default:
      return;
  }
}

bool Endpoint::from_operator(grpc::ServerContext& context) const {
  return rpc::from_operator(context) || (operators && operators->has(context.peer()));
}

void Endpoint::identify(grpc::ServerContext& context, access::Asker& asker) {
  const auto credentials = credentials_of(context);
  if (!credentials) return asker.identified(std::unexpected(credentials.error()));
  access->identities.identify(*credentials, asker);
}

}  // namespace chatd::rpc
