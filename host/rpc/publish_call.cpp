#include "host/rpc/publish_call.hpp"

#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/local.hpp"
#include "host/wire/frame.hpp"

namespace chatd::rpc {

void PublishCall::await(std::list<PublishCall>::iterator self) {
  self_ = self;
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestBroadcastMessage(&context_, &request_, &writer_, completions, completions, &begun_);
}

void PublishCall::begun(bool ok) noexcept {
  if (!ok) {  // the server shuts down
    endpoint_.publish_calls.erase(self_);
    return;
  }
  endpoint_.await_publish();
  publish();
}

void PublishCall::publish() noexcept {
  if (from_operator(context_)) return refuse(not_for_clients());
  grpc::Slice storage;
  auto request = wire::parse_publish(one_piece(request_, storage), endpoint_.options.limits);
  request_.Clear();
  if (!request) return refuse(request.error());
  switch (endpoint_.publishes.enter()) {
    case Gate::Answer::in:
      break;
    case Gate::Answer::closed:
      return refuse(shutting_down());
    case Gate::Answer::full:
      return refuse({sdk::Code::resource_exhausted,
                     sdk::text("this server has ", endpoint_.options.publishes_in_flight,
                               " publishes in flight (limits.publishes_in_flight); try again"),
                     true});
  }
  outgoing_.emplace(*std::move(request), endpoint_.options.topics, endpoint_.clock.now(), endpoint_.message_ids.next());
  if (auto accepted = endpoint_.broker.publish(outgoing_->topic(), outgoing_->record(), *this); !accepted) {
    endpoint_.publishes.leave();
    refuse(accepted.error());
  }
}

void PublishCall::done(sdk::Result<sdk::Position> result) noexcept {
  result_ = std::move(result);
  if (endpoint_.queue.here())
    answer();
  else
    endpoint_.queue.inbox().put([this]() noexcept { answer(); });
}

void PublishCall::answer() noexcept {
  endpoint_.publishes.leave();
  if (!result_) return refuse(result_.error());
  const std::string close = wire::encode_close(outgoing_->message_id(), outgoing_->topic(), *result_);
  const grpc::Slice slice(close);
  writer_.Finish(grpc::ByteBuffer(&slice, 1), grpc::Status::OK, &finished_);
}

void PublishCall::refuse(const sdk::Error& why) noexcept { writer_.FinishWithError(status(why), &finished_); }

void PublishCall::finished(bool) noexcept { endpoint_.publish_calls.erase(self_); }

}  // namespace chatd::rpc
