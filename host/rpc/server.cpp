#include "host/rpc/server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <semaphore>
#include <utility>

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include "chatd/sdk/text.hpp"
#include "host/rpc/acceptor.hpp"
#include "host/rpc/credentials.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/grpc_frame.hpp"
#include "host/rpc/health.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/origin.hpp"
#include "host/rpc/reflection.hpp"
#include "host/rpc/tls_credentials.hpp"

namespace chatd::rpc {
namespace {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

// Few: what a write's completion stands behind in the queue. Calls that none awaits yet wait in gRPC.
constexpr int awaited_publishes = 2;
constexpr std::size_t most_identities = 20'000;  // a digest and an identity each, below a kilobyte
constexpr std::size_t message_overhead = 64 * 1024;
constexpr std::size_t least_message_limit = 4 * 1024 * 1024;  // gRPC's own default: larger ones gRPC refuses before we see them
constexpr auto deaf_for = 30s;   // ticks come twice a second; whoever restarts a host for it should be sure
constexpr auto last_grace = 1s;  // for cut streams to come back
constexpr auto goodbye = 100ms;  // for idle clients to see that we go; some look only at their next call

// Both libraries print to stderr whatever clients send that is malformed. What matters is answered or logged by us.
void quieten_libraries() {
  if (!std::getenv("GRPC_VERBOSITY")) gpr_set_log_function([](gpr_log_func_args*) {});
  google::protobuf::SetLogHandler(nullptr);
}

}  // namespace

sdk::Error shutting_down() { return {Code::unavailable, "this server is shutting down; connect again", true}; }

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

void Endpoint::identify(grpc::ServerContext& context, access::Asker& asker) {
  const auto credentials = credentials_of(context);
  if (!credentials) return asker.identified(std::unexpected(credentials.error()));
  access->identities.identify(*credentials, asker);
}

namespace {

void limit(grpc::ServerBuilder& builder, const TransportLimits& limits) {
  const auto set = [&](const char* name, std::int64_t value) { builder.AddChannelArgument(name, static_cast<int>(value)); };
  if (limits.streams_per_connection > 0) set(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.streams_per_connection);
  if (limits.idle_timeout_ms > 0) set(GRPC_ARG_MAX_CONNECTION_IDLE_MS, limits.idle_timeout_ms);
  set(GRPC_ARG_MAX_METADATA_SIZE, limits.metadata_bytes);
  set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, limits.handshake_timeout_ms);
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, limits.ping_interval_ms);
  set(GRPC_ARG_HTTP2_MAX_PING_STRIKES, limits.ping_strikes);
}

// A listener, and how its connections get to gRPC.
class Entrance final : public Door {
 public:
  // [control] may block (name look-up)
  sdk::Result<> open(const Acceptor::Options& options, sdk::Logger& log) {
    auto acceptor = Acceptor::open(options, log);
    if (!acceptor) return std::unexpected(acceptor.error());
    acceptor_ = *std::move(acceptor);
    return {};
  }
  void build(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials) {
    hand_over_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, std::move(credentials));
  }
  // `pulse` outlives it. [control] never blocks
  void run(limits::Pulse& pulse) {
    pulse_ = &pulse;
    acceptor_->run(*this);
  }
  void stop() noexcept {
    if (acceptor_) acceptor_->stop();
  }
  [[nodiscard]] bool is_open() const noexcept { return acceptor_ != nullptr; }
  [[nodiscard]] const std::string& address() const noexcept { return acceptor_->address(); }

 private:
  void take(Descriptor socket) noexcept override {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = acceptor_->listener();
    connection.fd = socket.release();
    hand_over_->HandleNewConnection(&connection);
  }

  [[nodiscard]] bool stuck() noexcept override { return pulse_->stuck(); }

  limits::Pulse* pulse_ = nullptr;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> hand_over_;
  std::unique_ptr<Acceptor> acceptor_;  // gone first: its thread uses the other
};

// Who came and who went, as one frame for all the streams of a room that want to know.
class Announcing final : public presence::Announcer {
 public:
  explicit Announcing(Queue& queue) : queue_(queue) {}
  void announce(const std::string& room, const wire::PresenceChange& change) noexcept override {
    auto frame = frames_.notice({.kind = wire::Notice::Kind::presence,
                                 .room = room,
                                 .position = {},
                                 .recovered = false,
                                 .loss = {},
                                 .presence = &change});
    queue_.inbox().put([&hub = queue_.hub(), room, frame = std::move(frame)]() noexcept { hub.tell(room, frame); });
  }

 private:
  Queue& queue_;
  GrpcFrameMaker frames_;
};

}  // namespace

struct Server::State {
  State(ServerOptions given, sdk::Broker& its_broker, const sdk::Clock& its_clock, sdk::Logger& its_log)
      : options(std::move(given)),
        broker(its_broker),
        clock(its_clock),
        log(its_log),
        refusals(log),
        connections(options.connections, refusals) {}

  void build();

  const ServerOptions options;
  sdk::Broker& broker;
  const sdk::Clock& clock;
  sdk::Logger& log;
  limits::Refusals refusals;
  limits::Connections connections;
  GrpcFrameMaker notices;  // the queue's own
  BroadcastService service;
  Entrance clients;
  Entrance operators;
  std::unique_ptr<Queue> queue;
  std::unique_ptr<Announcing> announcing;
  std::unique_ptr<hub::BrokerLibrary> library;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<Health> health;
  std::unique_ptr<Reflection> reflection;
  std::optional<Certificates> certificates;
  std::unique_ptr<grpc::Server> server;  // gone before the queue, the service and the certificates
  bool running = false;
  std::atomic<std::chrono::steady_clock::duration> ticked = std::chrono::steady_clock::duration::zero();  // zero: not yet
};

void Server::State::build() {
  quieten_libraries();
  grpc::EnableDefaultHealthCheckService(false);  // ours runs on our queue
  grpc::ServerBuilder builder;
  const std::array topics{options.topics.messages, options.topics.rooms};
  queue =
      std::make_unique<Queue>(builder.AddCompletionQueue(), hub::Hub::Options{options.hub, topics, options.token_key}, notices);
  announcing = std::make_unique<Announcing>(*queue);
  library = std::make_unique<hub::BrokerLibrary>(
      hub::BrokerLibrary::Options{topics, options.repeats, options.resume_records, options.history_records, options.token_key},
      broker, queue->hub(), queue->inbox(), [] { return std::make_unique<GrpcFrameMaker>(); });
  queue->hub().use(*library);
  health = std::make_unique<Health>(*queue);
  reflection = std::make_unique<Reflection>(
      *queue, std::vector<std::string>{"chat.Broadcast", "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"},
      options.local ? std::vector<std::string>{std::string(options.local->service->name())} : std::vector<std::string>{});
  builder.RegisterService(&service);
  builder.RegisterService(&health->service());
  builder.RegisterService(&reflection->service());
  if (options.tls) certificates.emplace(options.tls->material);
  clients.build(builder, certificates ? tls_credentials(*certificates, *options.tls) : grpc::InsecureServerCredentials());
  if (options.local) {
    builder.RegisterService(&options.local->service->service());
    operators.build(builder, grpc::experimental::LocalServerCredentials(LOCAL_TCP));
  }
  const auto largest = std::max(least_message_limit, options.limits.content * 2 + message_overhead);
  builder.SetMaxReceiveMessageSize(static_cast<int>(std::min<std::size_t>(largest, std::numeric_limits<int>::max())));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive_time_ms));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(options.keepalive_timeout_ms));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  limit(builder, options.transport);
  server = builder.BuildAndStart();
}

Server::Server(ServerOptions options, sdk::Broker& broker, const sdk::Clock& clock, sdk::Logger& log)
    : state_(std::make_unique<State>(std::move(options), broker, clock, log)) {}

sdk::Result<std::unique_ptr<Server>> Server::open(ServerOptions options, sdk::Broker& broker, const sdk::Clock& clock,
                                                  sdk::Logger& log) {
  auto server = std::make_unique<Server>(std::move(options), broker, clock, log);
  auto& state = *server->state_;
  auto opened = state.clients.open({.host = state.options.host,
                                    .port = state.options.port,
                                    .send_buffer_bytes = state.options.send_buffer_bytes,
                                    .connections = &state.connections},
                                   log);
  if (opened && state.options.local) {
    const LocalListener& local = *state.options.local;
    opened = state.operators.open({local.host, local.port, 0, "admin.listen", "chatd-admin"}, log);
  }
  if (!opened) return std::unexpected(opened.error());
  state.build();
  if (!state.server) return sdk::fail(Code::internal, "gRPC did not start; GRPC_VERBOSITY=debug shows why");
  state.endpoint =
      std::make_unique<Endpoint>(state.options, broker, clock, log, state.service, *state.queue, *state.library, state.refusals);
  if (auto* const metrics = state.options.metrics) {
    state.endpoint->traffic.publish_seconds =
        &metrics->histogram("chatd_publish_seconds", "From a publish's request to its answer OK", sdk::Histogram::seconds);
    state.queue->measure(metrics->histogram("chatd_fan_out_seconds",
                                            "To begin a write to every stream that is due one, after messages came",
                                            sdk::Histogram::seconds));
  }
  return server;
}

Server::~Server() { stop(); }

const std::string& Server::address() const noexcept { return state_->clients.address(); }

std::string Server::local_address() const { return state_->operators.is_open() ? state_->operators.address() : ""; }

hub::Inbox& Server::inbox() noexcept { return state_->queue->inbox(); }

std::unique_ptr<hub::FrameMaker> Server::frames() const { return std::make_unique<GrpcFrameMaker>(); }

void Server::use(presence::Presence& presence) noexcept {
  state_->endpoint->presence = &presence;
  state_->endpoint->connections.mark();
}

void Server::renew(tls::Material material) { state_->certificates->replace(std::move(material)); }

presence::Announcer& Server::announcer() noexcept { return *state_->announcing; }

sdk::Result<> Server::start() {
  state_->health->await();
  state_->reflection->await();
  state_->endpoint->await_stream();
  state_->endpoint->await_history();
  state_->endpoint->await_who();
  state_->endpoint->await_servers();
  state_->endpoint->await_refresh();
  for (int i = 0; i < awaited_publishes; ++i) state_->endpoint->await_publish();
  state_->library->start();
  if (state_->options.local) state_->options.local->service->await(*this, *state_->queue);
  state_->queue->run();
  state_->clients.run(state_->queue->pulse());
  if (state_->operators.is_open()) state_->operators.run(state_->queue->pulse());
  state_->running = true;
  return {};
}

void Server::serving(bool yes) noexcept {
  std::binary_semaphore said(0);
  inbox().put([&health = *state_->health, &said, yes]() noexcept {
    health.serving(yes);
    said.release();
  });
  said.acquire();
}

void Server::warm(hub::Log log) {
  inbox().put([&hub = state_->queue->hub(), log]() noexcept { hub.warm(log); });
}

void Server::tick() {
  inbox().put([&state = *state_]() noexcept {
    state.ticked = std::chrono::steady_clock::now().time_since_epoch();
    state.endpoint->tick();
    state.queue->hub().tick(std::chrono::steady_clock::now(), state.clock.now());
  });
}

void Server::collect(sdk::MetricSink& sink) const {
  const auto& traffic = state_->endpoint->traffic;
  const auto& hub = state_->queue->hub().tallies();
  const auto number = [](const hub::Tally& tally) { return static_cast<double>(tally.value()); };
  const auto by_code = [&](std::string_view name, std::string_view help, const ByCode& codes) {
    for (std::size_t at = 0; at < codes.size(); ++at) {
      // A few are told from the start, so that the first of them is seen to come.
      if (codes[at].value() == 0 && at != 0) continue;
      const auto code = at == 0 ? std::string_view("OK") : sdk::name(static_cast<sdk::Code>(at));
      sink.counter(name, help, number(codes[at]), {{"code", std::string(code)}});
    }
  };
  sink.gauge("chatd_streams", "Streams that are open", static_cast<double>(streams()));
  sink.counter("chatd_streams_opened_total", "Streams that were let in", number(traffic.streams_opened));
  by_code("chatd_streams_ended_total", "Streams that ended or were refused, by status", traffic.streams_ended);
  by_code("chatd_publishes_total", "Publishes that were answered, by status", traffic.publishes);
  sink.gauge("chatd_publishes_in_flight", "Publishes that the broker has not answered yet", static_cast<double>(publishes()));
  sink.counter("chatd_messages_total", "Messages that came from the broker", number(hub.arrived));
  sink.counter("chatd_repeats_total", "Publishes of a message that was in the log already, and was not delivered again",
               number(hub.repeats));
  sink.counter("chatd_deliveries_total", "Messages given to streams, each stream's counted", number(hub.messages));
  sink.counter("chatd_delivered_bytes_total", "Bytes of those, without gRPC's own", number(hub.bytes));
  sink.counter("chatd_notices_total", "Frames given to streams that are no messages", number(hub.notices));
  sink.counter("chatd_log_gaps_total", "Records that the log lost before they were read, by occasion", number(hub.gaps));
  const std::string_view slow = "Streams that did not keep up with a room, by what was done";
  sink.counter("chatd_slow_total", slow, number(hub.slow_disconnected), {{"action", "disconnect"}});
  sink.counter("chatd_slow_total", slow, number(hub.slow_skipped), {{"action", "skip"}});
  sink.counter("chatd_slow_total", slow, number(hub.slow_caught_up), {{"action", "catch_up"}});
  sink.gauge("chatd_rooms", "Rooms in memory", number(hub.rooms));
  sink.gauge("chatd_ring_bytes", "Bytes of all rooms' newest messages", number(hub.ring_bytes));
  sink.gauge("chatd_streams_waiting", "Streams that wait for the broker's log before they begin or go on", number(hub.behind));
}

bool Server::alive() const noexcept {
  const auto ticked = state_->ticked.load();
  return ticked.count() == 0 || std::chrono::steady_clock::now().time_since_epoch() - ticked < deaf_for;
}

std::size_t Server::streams() const noexcept { return state_->endpoint->streams.inside(); }

std::size_t Server::publishes() const noexcept { return state_->endpoint->publishes.inside(); }

std::size_t Server::connections() const noexcept { return state_->connections.open(); }

const limits::Refusals& Server::refusals() const noexcept { return state_->refusals; }

void Server::refuse_new() noexcept {
  serving(false);
  state_->clients.stop();
  state_->endpoint->streams.close();
}

std::size_t Server::move_streams(std::size_t count) noexcept {
  std::binary_semaphore done(0);
  std::size_t left = 0;
  inbox().put([&]() noexcept {
    left = state_->queue->hub().move(count, shutting_down());
    done.release();
  });
  done.acquire();
  return left;
}

void Server::refuse_publishes() noexcept { state_->endpoint->publishes.close(); }

bool Server::wait_publishes(sdk::Deadline deadline) noexcept { return state_->endpoint->publishes.wait_empty(deadline); }

std::size_t Server::end_streams(sdk::Deadline deadline) noexcept {
  auto& endpoint = *state_->endpoint;
  inbox().put([&endpoint]() noexcept { endpoint.queue.hub().end_all(shutting_down()); });
  if (endpoint.streams.wait_empty(deadline)) return 0;
  const std::size_t left = endpoint.streams.inside();
  inbox().put([&endpoint]() noexcept { endpoint.queue.hub().cut_all(); });
  (void)endpoint.streams.wait_empty(std::max(deadline, std::chrono::steady_clock::now()) + last_grace);
  return left;
}

void Server::stop() noexcept {
  state_->clients.stop();
  state_->operators.stop();
  if (!state_->server) return;
  if (state_->library) state_->library->stop();
  if (state_->endpoint) {
    // Nobody answers them any more.
    inbox().put([&endpoint = *state_->endpoint]() noexcept {
      for (auto& call : endpoint.history_calls) call.give_up(shutting_down());
      for (const auto log : {hub::Log::lobby, hub::Log::rooms}) endpoint.queue.hub().known(log).release();
    });
  }
  state_->server->Shutdown(std::chrono::system_clock::now() + (state_->running ? goodbye : 0ms));
  state_->queue->stop();
  if (state_->endpoint) state_->endpoint->connections.sum_up();
  state_->server.reset();
}

}  // namespace chatd::rpc
