#include "host/admin/service.hpp"

#include <algorithm>
#include <utility>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include "chatd/sdk/abi.hpp"
#include "chatd/sdk/text.hpp"
#include "host/access/identities.hpp"
#include "host/admin/report.hpp"
#include "host/admin/request.hpp"
#include "host/rpc/server.hpp"

namespace chatd::admin {
namespace {

constexpr std::uint32_t usual_clients = 20;
constexpr std::uint32_t most_clients = 1'000;

// "well", or why it is not.
std::string state_of(sdk::Plugin& plugin) {
  const auto* const broker = plugin.broker();
  const auto health = broker ? broker->health() : sdk::Health{true, {}};
  return health.ready ? "well" : sdk::text("not ready: ", health.text);
}

}  // namespace

// One call of one method, from waiting for it to its answer.
template <class Request, class Reply>
class Service::Call final : private access::Asker {
 public:
  using Calls = std::list<Call>;
  using Writer = grpc::ServerAsyncResponseWriter<Reply>;
  using Ask = void (v1::Admin::AsyncService::*)(grpc::ServerContext*, Request*, Writer*, grpc::CompletionQueue*,
                                                grpc::ServerCompletionQueue*, void*);

  Call(Service& service, Calls& calls, Ask ask) : service_(service), calls_(calls), ask_(ask) {}

  // Asks gRPC for the next one.
  static void await(Service& service, Calls& calls, Ask ask) {
    const auto self = calls.emplace(calls.end(), service, calls, ask);
    self->self_ = self;
    auto* completions = service.queue_->completions();
    (service.service_.*ask)(&self->context_, &self->request_, &self->writer_, completions, completions, &self->begun_);
  }

 private:
  void begun(bool ok) noexcept {
    if (!ok) return finished(ok);  // the server shuts down
    await(service_, calls_, ask_);
    // As if the service were not there: for a client it is not.
    if (!service_.server_->from_operator(context_))
      return writer_.FinishWithError({grpc::StatusCode::UNIMPLEMENTED, ""}, &finished_);
    if (service_.server_->asks_operators()) return service_.server_->identify(context_, *this);
    answer("an operator of this machine");
  }
  void identified(const sdk::Result<access::Who>& who) noexcept override {
    if (!who) return writer_.FinishWithError(rpc::status(who.error()), &finished_);
    if (const auto may = service_.server_->may_administer(*who); !may)
      return writer_.FinishWithError(rpc::status(may.error()), &finished_);
    answer(sdk::text("the operator \"", (*who)->user_id, '"'));
  }
  void answer(const std::string& by) {
    const auto finish = [this](const sdk::Result<Reply>& reply) noexcept {
      if (reply)
        writer_.Finish(*reply, grpc::Status::OK, &finished_);
      else
        writer_.FinishWithError(rpc::status(reply.error()), &finished_);
    };
    if constexpr (requires { service_.answer(request_, by, finish); })
      service_.answer(request_, by, finish);
    else
      finish(service_.answer(request_));
  }
  void finished(bool) noexcept { calls_.erase(self_); }

  Service& service_;
  Calls& calls_;
  const Ask ask_;
  typename Calls::iterator self_;
  grpc::ServerContext context_;
  Request request_;
  Writer writer_{&context_};
  rpc::On<Call, &Call::begun> begun_{this};
  rpc::On<Call, &Call::finished> finished_{this};
};

Service::Service(Host host, Control& control, const plugin::Set& plugins, observe::Log& log, const sdk::Clock& clock)
    : host_(std::move(host)), control_(control), plugins_(plugins), log_(log), clock_(clock) {}

Service::~Service() = default;

void Service::await(rpc::Server& server, rpc::Queue& queue) {
  server_ = &server;
  queue_ = &queue;
  using Async = v1::Admin::AsyncService;
  decltype(statuses_)::value_type::await(*this, statuses_, &Async::RequestStatus);
  decltype(slow_clients_)::value_type::await(*this, slow_clients_, &Async::RequestSlowClients);
  decltype(sessions_)::value_type::await(*this, sessions_, &Async::RequestSessions);
  decltype(rooms_)::value_type::await(*this, rooms_, &Async::RequestRooms);
  decltype(servers_)::value_type::await(*this, servers_, &Async::RequestServers);
  decltype(plugin_calls_)::value_type::await(*this, plugin_calls_, &Async::RequestPlugins);
  decltype(log_levels_)::value_type::await(*this, log_levels_, &Async::RequestLogLevel);
  decltype(kicks_)::value_type::await(*this, kicks_, &Async::RequestKick);
  decltype(ban_calls_)::value_type::await(*this, ban_calls_, &Async::RequestBan);
  decltype(unbans_)::value_type::await(*this, unbans_, &Async::RequestUnban);
  decltype(bans_)::value_type::await(*this, bans_, &Async::RequestBans);
  decltype(reloads_)::value_type::await(*this, reloads_, &Async::RequestReload);
  decltype(drains_)::value_type::await(*this, drains_, &Async::RequestDrain);
}

void Service::serving(bool yes, std::string why) {
  const std::lock_guard lock(mutex_);
  serving_ = yes;
  why_ = std::move(why);
}

void Service::draining() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  serving_ = false;
  why_ = "it is draining";
}

sdk::Result<v1::StatusReply> Service::answer(const v1::StatusRequest&) {
  const auto& hub = queue_->hub();
  v1::StatusReply reply;
  reply.set_server_id(host_.server_id);
  reply.set_version(std::string(host_.version));
  reply.set_streams(server_->streams());
  reply.set_rooms(hub.rooms());
  reply.set_ring_bytes(hub.bytes());
  reply.set_connections(server_->connections());
  const auto counts = server_->refusals().counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    auto& refused = *reply.add_refused();
    refused.set_reason(std::string(limits::name(static_cast<limits::Reason>(i))));
    refused.set_count(counts[i]);
  }
  reply.set_publishes_in_flight(server_->publishes());
  const std::lock_guard lock(mutex_);
  reply.set_serving(serving_);
  if (!serving_) reply.set_not_serving(why_);
  reply.set_draining(draining_);
  return reply;
}

sdk::Result<v1::SlowClientsReply> Service::answer(const v1::SlowClientsRequest& request) {
  const auto limit = std::min(request.limit() == 0 ? usual_clients : request.limit(), most_clients);
  return slow_clients(queue_->hub(), limit, clock_.now());
}

sdk::Result<v1::SessionsReply> Service::answer(const v1::SessionsRequest& request) {
  const auto asked = checked(request);
  if (!asked) return std::unexpected(asked.error());
  return sessions(queue_->hub(), *asked, clock_.now());
}

sdk::Result<v1::RoomsReply> Service::answer(const v1::RoomsRequest& request) {
  return rooms(queue_->hub(), list_limit(request.limit()));
}

sdk::Result<v1::ServersReply> Service::answer(const v1::ServersRequest&) {
  if (presence_) return servers(*presence_);
  return sdk::fail(sdk::Code::unimplemented,
                   "this host knows no other: none of its plugins keeps presence; load one that does, such as identity");
}

sdk::Result<v1::PluginsReply> Service::answer(const v1::PluginsRequest&) {
  v1::PluginsReply reply;
  for (const auto& library : plugins_.libraries()) {
    auto& plugin = library.plugin();
    auto& out = *reply.add_plugins();
    out.set_id(library.id());
    if (plugin.broker()) out.add_kinds("broker");
    if (plugin.authenticator()) out.add_kinds("authenticator");
    if (plugin.filter()) out.add_kinds("filter");
    if (plugin.presence()) out.add_kinds("presence");
    if (plugin.metrics_exporter()) out.add_kinds("metrics");
    out.set_version(library.version());
    out.set_abi(CHATD_SDK_ABI);  // a library of another is not loaded
    const auto* const absent = plugins_.absent(library.id());
    out.set_state(absent ? sdk::text("absent: ", absent->why) : state_of(plugin));
  }
  for (const auto& absent : plugins_.absent()) {
    if (!absent.version.empty()) continue;  // above
    auto& out = *reply.add_plugins();
    out.set_id(absent.id);
    out.set_version("-");
    out.set_abi(CHATD_SDK_ABI);
    out.set_state(sdk::text("absent: ", absent.why));
  }
  return reply;
}

sdk::Result<v1::LogLevelReply> Service::answer(const v1::LogLevelRequest& request) {
  const auto asked = checked(request);
  if (!asked) return std::unexpected(asked.error());
  v1::LogLevelReply reply;
  for (const auto& component : log_.set_level(asked->component, asked->level)) {
    if (component.level != component.was)
      log_.host().info("log level of ", component.name, ": ", observe::name(component.level), ", as an operator wants it");
    auto& out = *reply.add_components();
    out.set_name(component.name);
    out.set_was(std::string(observe::name(component.was)));
    out.set_level(std::string(observe::name(component.level)));
  }
  if (reply.components_size() > 0) return reply;
  std::string names;
  for (const auto& component : log_.set_level({}, std::nullopt)) names += sdk::text(names.empty() ? "" : ", ", component.name);
  return sdk::fail(sdk::Code::not_found,
                   sdk::text("nothing here writes to the log as \"", asked->component, "\"; there are ", names));
}

sdk::Result<v1::BansReply> Service::answer(const v1::BansRequest& request) {
  return bans(orders_->bans(), list_limit(request.limit()), clock_.now());
}

void Service::answer(const v1::ReloadRequest&, const std::string& by, Done<v1::ReloadReply> done) {
  control_.reload(by, std::move(done));
}

sdk::Result<v1::DrainReply> Service::answer(const v1::DrainRequest&) {
  v1::DrainReply reply;
  reply.set_already(!control_.drain());
  return reply;
}

}  // namespace chatd::admin
