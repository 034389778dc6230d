#include "host/rpc/publish_call.hpp"

#include <chrono>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/origin.hpp"
#include "host/wire/frame.hpp"

namespace chatd::rpc {
namespace {

// About as long as a broker takes to answer what is in flight.
constexpr std::chrono::nanoseconds usual_wait = std::chrono::milliseconds(100);

}  // namespace

void PublishCall::await(std::list<PublishCall>::iterator self) {
  self_ = self;
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestBroadcastMessage(&context_, &request_, &writer_, completions, completions, &begun_);
}

void PublishCall::await_next() { endpoint_.await_publish(); }

void PublishCall::take(const access::Caller& caller) noexcept {
  grpc::Slice storage;
  auto request = wire::parse_publish(one_piece(request_, storage), endpoint_.options.limits);
  request_.Clear();
  if (!request) return refuse(request.error());
  if (auto allowed = caller.is("Message.id", request->sender); !allowed) return refuse(allowed.error());
  if (auto allowed = caller.may(sdk::Action::publish, request->room); !allowed) return refuse(allowed.error());
  if (auto passed = endpoint_.filters.pass(*request, endpoint_.options.limits.content); !passed) return refuse(passed.error());
  // Nobody waits for it any more: it need not go out.
  if (context_.deadline() <= std::chrono::system_clock::now())
    return refuse({sdk::Code::deadline_exceeded, "the deadline had passed before the message was taken", true});
  if (!enter(request->sender)) return;
  outgoing_.emplace(*std::move(request), endpoint_.options.topics, endpoint_.clock.now(), endpoint_.message_ids.next());
  if (auto accepted = endpoint_.broker.publish(outgoing_->topic(), outgoing_->record(), *this); !accepted) {
    leave();
    refuse(accepted.error());
  }
}

// False: refused.
bool PublishCall::enter(const std::string& sender) {
  const auto answer = endpoint_.publishes.enter();
  if (answer == Gate::Answer::closed) {
    refuse(shutting_down());
    return false;
  }
  if (answer == Gate::Answer::full) {
    refuse({limits::Reason::publishes_in_flight, {}}, sender);
    return false;
  }
  const auto now = endpoint_.publishers.rated() ? std::chrono::steady_clock::now() : limits::Time{};
  const auto place = endpoint_.publishers.enter(sender, now);
  if (!place) {
    endpoint_.publishes.leave();
    refuse(place.error(), sender);
    return false;
  }
  sender_ = *place;
  return true;
}

void PublishCall::leave() noexcept {
  endpoint_.publishers.leave(sender_);
  endpoint_.publishes.leave();
}

void PublishCall::refuse(const limits::Publishers::Refusal& refusal, const std::string& sender) noexcept {
  const auto& options = endpoint_.options;
  const auto why = [&]() -> std::string {
    switch (refusal.reason) {
      case limits::Reason::publishes_in_flight_per_user:
        return sdk::text('"', sender, "\" has ", options.publishers.in_flight_per_user,
                         " publishes in flight here (limits.publishes_in_flight_per_user)");
      case limits::Reason::publish_rate_per_user:
        return sdk::text('"', sender, "\" publishes more than ", options.publishers.rate_per_user.per_second,
                         " messages a second here (limits.publishes_per_second_per_user)");
      case limits::Reason::publish_rate:
        return sdk::text("more than ", options.publishers.rate.per_second,
                         " messages a second are published here (limits.publishes_per_second)");
      default:
        return sdk::text("this server has ", options.publishes_in_flight, " publishes in flight (limits.publishes_in_flight)");
    }
  };
  endpoint_.refusals.count(refusal.reason);
  push_back(context_, refusal.wait.count() > 0 ? refusal.wait : usual_wait);
  writer_.FinishWithError({grpc::StatusCode::RESOURCE_EXHAUSTED, why() + "; try again"}, &finished_);
}

void PublishCall::done(sdk::Result<sdk::Position> result) noexcept {
  result_ = std::move(result);
  if (endpoint_.queue.here())
    settle();
  else
    endpoint_.queue.inbox().put([this]() noexcept { settle(); });
}

// A message with its sender's id may be a repeat: only who reads the log can tell.
void PublishCall::settle() noexcept {
  if (!result_ || result_->offset < 0 || !outgoing_->may_repeat()) return answer();
  endpoint_.queue.hub().known(outgoing_->log()).await(*result_, *this);
}

void PublishCall::reached(sdk::Position first) noexcept {
  result_ = first;
  answer();
}

void PublishCall::answer() noexcept {
  leave();
  if (!result_) return refuse(result_.error());
  endpoint_.traffic.published(begun_at_);
  finish(wire::encode_close(outgoing_->message_id(), outgoing_->topic(), *result_));
}

void PublishCall::refuse(const sdk::Error& why) noexcept {
  Traffic::count(endpoint_.traffic.publishes, why.code);
  if (why.code == sdk::Code::resource_exhausted && why.retryable) push_back(context_, usual_wait);
  UnaryCall::refuse(why);
}

void PublishCall::end() noexcept { endpoint_.publish_calls.erase(self_); }

}  // namespace chatd::rpc
