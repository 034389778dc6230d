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
#include "host/access/orders.hpp"
#include "host/rpc/acceptor.hpp"
#include "host/rpc/bouncer.hpp"
#include "host/rpc/credentials.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/entrance.hpp"
#include "host/rpc/figures.hpp"
#include "host/rpc/grpc_frame.hpp"
#include "host/rpc/health.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/operator_peers.hpp"
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

  ServerOptions options;  // the queue's
  sdk::Broker& broker;
  const sdk::Clock& clock;
  sdk::Logger& log;
  limits::Refusals refusals;
  limits::Connections connections;
  GrpcFrameMaker notices;  // the queue's own
  BroadcastService service;
  OperatorPeers peers;  // when operators are asked who they are
  Entrance clients;
  Entrance operators;
  std::unique_ptr<Queue> queue;
  std::unique_ptr<Announcing> announcing;
  std::unique_ptr<StreamBouncer> bouncer;
  access::Orders* orders = nullptr;  // null: there are none
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
  bouncer = std::make_unique<StreamBouncer>(queue->hub());
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
    operators.build(
        builder, options.local->asks ? grpc::InsecureServerCredentials() : grpc::experimental::LocalServerCredentials(LOCAL_TCP));
    if (options.local->asks) {
      operators.tell(peers, true);
      clients.tell(peers, false);
    }
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
  if (state.options.local && state.options.local->asks) state.endpoint->operators = &state.peers;
  if (auto* const metrics = state.options.metrics) {
    state.endpoint->traffic.publish_seconds =
        &metrics->histogram("chatd_publish_seconds", "From a publish's request to its answer OK", sdk::Histogram::seconds);
    state.queue->measure(
        {&metrics->histogram("chatd_fan_out_seconds", "To begin a write to every stream that is due one, after messages came",
                             sdk::Histogram::seconds),
         &metrics->histogram("chatd_end_to_end_seconds",
                             "From the time of a record to the writes to all streams that are due it; of the first of those that "
                             "come together",
                             sdk::Histogram::seconds),
         &clock});
    if (auto& access = state.endpoint->access)
      access->identities.measure(metrics->histogram("chatd_plugin_call_seconds", "To an answer of a plugin, by call",
                                                    sdk::Histogram::seconds,
                                                    {{"plugin", "authenticator"}, {"call", "authenticate"}}));
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

void Server::use(const hub::Filters::Named& filters) {
  state_->endpoint->filters = hub::Filters(filters, state_->options.metrics, state_->log);
}

void Server::renew(tls::Material material) { state_->certificates->replace(std::move(material)); }

void Server::change(const ServerOptions& options) {
  state_->connections.change(options.connections);
  std::binary_semaphore said(0);
  inbox().put([&state = *state_, &options, &said]() noexcept {
    auto& own = state.options;
    own.publishes_in_flight = options.publishes_in_flight;
    own.limits = options.limits;
    own.hub = options.hub;
    own.connections = options.connections;
    own.publishers = options.publishers;
    own.streams_per_user = options.streams_per_user;
    own.streams_per_address = options.streams_per_address;
    own.queries_per_user = options.queries_per_user;
    state.endpoint->change();
    state.queue->hub().change(options.hub);
    said.release();
  });
  said.acquire();
}

presence::Announcer& Server::announcer() noexcept { return *state_->announcing; }

bool Server::from_operator(grpc::ServerContext& context) const { return state_->endpoint->from_operator(context); }

bool Server::asks_operators() const noexcept { return state_->options.local && state_->options.local->asks; }

void Server::identify(grpc::ServerContext& context, access::Asker& asker) { state_->endpoint->identify(context, asker); }

sdk::Result<> Server::may_administer(const access::Who& who) const {
  return state_->endpoint->caller(who).may(sdk::Action::admin, {});
}

void Server::use(access::Orders& orders) noexcept {
  state_->orders = &orders;
  state_->endpoint->bans = &orders.bans();
  if (auto& access = state_->endpoint->access) access->identities.use(orders.bans());
}

access::Bouncer& Server::bouncer() noexcept { return *state_->bouncer; }

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
    const auto now = std::chrono::steady_clock::now();
    if (state.orders) state.orders->tick(now);
    state.bouncer->tick(now);
    state.queue->hub().tick(now, state.clock.now());
  });
}

void Server::collect(sdk::MetricSink& sink) const { rpc::collect(*state_->endpoint, state_->connections, sink); }

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
