#include "host/admin/service.hpp"

#include <algorithm>
#include <utility>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include "host/config/classes.hpp"
#include "host/hub/slowest.hpp"
#include "host/rpc/server.hpp"

namespace chatd::admin {
namespace {

constexpr std::uint32_t usual_clients = 20;
constexpr std::uint32_t most_clients = 1'000;

v1::RoomLag::Policy policy(const std::string& slow) {
  if (slow == "skip") return v1::RoomLag::SKIP;
  if (slow == "catch_up") return v1::RoomLag::CATCH_UP;
  return v1::RoomLag::DISCONNECT;
}

}  // namespace

// One call of one method, from waiting for it to its answer.
template <class Request, class Reply>
class Service::Call {
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
    if (!rpc::from_operator(context_)) return writer_.FinishWithError({grpc::StatusCode::UNIMPLEMENTED, ""}, &finished_);
    writer_.Finish(service_.answer(request_), grpc::Status::OK, &finished_);
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

Service::Service(Host host, Control& control, const sdk::Clock& clock)
    : host_(std::move(host)), control_(control), clock_(clock) {}

Service::~Service() = default;

void Service::await(rpc::Server& server, rpc::Queue& queue) {
  server_ = &server;
  queue_ = &queue;
  using Async = v1::Admin::AsyncService;
  decltype(statuses_)::value_type::await(*this, statuses_, &Async::RequestStatus);
  decltype(slow_clients_)::value_type::await(*this, slow_clients_, &Async::RequestSlowClients);
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

v1::StatusReply Service::answer(const v1::StatusRequest&) {
  const auto& hub = queue_->hub();
  v1::StatusReply reply;
  reply.set_server_id(host_.server_id);
  reply.set_version(std::string(host_.version));
  reply.set_streams(server_->streams());
  reply.set_rooms(hub.rooms());
  reply.set_ring_bytes(hub.bytes());
  reply.set_publishes_in_flight(server_->publishes());
  const std::lock_guard lock(mutex_);
  reply.set_serving(serving_);
  if (!serving_) reply.set_not_serving(why_);
  reply.set_draining(draining_);
  return reply;
}

v1::SlowClientsReply Service::answer(const v1::SlowClientsRequest& request) {
  const auto limit = std::min(request.limit() == 0 ? usual_clients : request.limit(), most_clients);
  const auto slow = hub::slowest(queue_->hub(), limit, clock_.now());
  v1::SlowClientsReply reply;
  reply.set_behind(slow.behind);
  const config::RoomClass unclassed;
  for (const auto& one : slow.sessions) {
    auto& client = *reply.add_clients();
    client.set_user_id(one.session->user_id);
    client.set_connection_id(one.session->id);
    client.set_peer(one.session->outlet->peer());
    for (const auto& lag : one.lags) {
      auto& room = *client.add_rooms();
      room.set_room(lag.room->name);
      room.set_messages(lag.messages);
      room.set_bytes(lag.bytes);
      room.set_ms(lag.ms);
      const auto* its_class = config::class_of(host_.classes, lag.room->name);
      room.set_policy(policy((its_class ? *its_class : unclassed).slow));
    }
  }
  return reply;
}

v1::DrainReply Service::answer(const v1::DrainRequest&) {
  v1::DrainReply reply;
  reply.set_already(!control_.drain());
  return reply;
}

}  // namespace chatd::admin
