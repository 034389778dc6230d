#include "host/rpc/history_call.hpp"

#include <chrono>
#include <utility>

#include "chatd/sdk/text.hpp"
#include "host/rpc/endpoint.hpp"
#include "host/rpc/grpc_frame.hpp"
#include "host/wire/frame.hpp"

namespace chatd::rpc {
namespace {

// At most; a client's own deadline may be sooner. A host that stops waits no longer for a read.
constexpr auto patience = std::chrono::seconds(5);

}  // namespace

void HistoryCall::await(std::list<HistoryCall>::iterator self) {
  self_ = self;
  auto* completions = endpoint_.queue.completions();
  endpoint_.service.RequestHistory(&context_, &request_, &writer_, completions, completions, &begun_);
}

void HistoryCall::await_next() { endpoint_.await_history(); }

void HistoryCall::take(const access::Caller& caller) noexcept {
  grpc::Slice storage;
  auto request = wire::parse_history(one_piece(request_, storage), endpoint_.options.limits);
  request_.Clear();
  if (!request) return refuse(request.error());
  if (!request->user_id.empty()) {
    if (auto allowed = caller.is("HistoryRequest.user.id", request->user_id); !allowed) return refuse(allowed.error());
  }
  if (auto allowed = caller.may(sdk::Action::history, request->room); !allowed) return refuse(allowed.error());
  if (auto allowed = endpoint_.may_ask(context_, caller, request->user_id); !allowed) return refuse(allowed.error());
  auto& hub = endpoint_.queue.hub();
  hub::Question question{std::move(request->room), request->place, {}, 0, request->limit};
  using Place = wire::HistoryRequest::Place;
  if (question.place == Place::before || question.place == Place::after) {
    auto token = wire::parse_token(request->token, hub.seal(question.room), question.room);
    if (!token) {
      return refuse({token.error().code,
                     sdk::text("HistoryRequest.", question.place == Place::before ? "before" : "after", ": ", token.error().text),
                     false});
    }
    question.token = *std::move(token);
  } else if (question.place == Place::since) {
    // A part of a millisecond is rounded up: what is asked for is not before it.
    question.since_ms = request->since.seconds * 1000 + (request->since.nanos + 999'999) / 1'000'000;
  }
  if (auto found = hub::from_ring(hub, question)) return answer(*std::move(found));

  const auto asked = std::chrono::steady_clock::now() + patience;
  const auto left = context_.deadline() - std::chrono::system_clock::now();
  const auto deadline =
      left < patience ? std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(left) : asked;
  reading_ = endpoint_.library.put([this, question = std::move(question), deadline]() noexcept {
    auto& past = endpoint_.library.past(question.room.empty() ? hub::Log::lobby : hub::Log::rooms);
    auto found = hub::from_log(past, question, endpoint_.library.history_records(), deadline);
    endpoint_.queue.inbox().put([this, found = std::move(found)]() noexcept {
      if (std::exchange(reading_, false)) answer(found);
    });
  });
  if (reading_) return;
  endpoint_.refusals.count(limits::Reason::history_busy);
  refuse({sdk::Code::resource_exhausted, "this server has too much to read from the log; try again later", true});
}

void HistoryCall::answer(const sdk::Result<hub::Answer>& found) noexcept {
  if (!found) return refuse(found.error());
  std::vector<std::string_view> messages;
  messages.reserve(found->frames.size());
  for (const auto& frame : found->frames) messages.push_back(bytes_of(*frame));
  std::optional<wire::Timestamp> looked_to;
  if (found->looked_to_ms != 0) looked_to = wire::timestamp(sdk::Time(std::chrono::milliseconds(found->looked_to_ms)));
  finish(wire::encode_history({messages, found->earlier, found->later, found->complete, looked_to}));
}

void HistoryCall::give_up(const sdk::Error& why) noexcept {
  if (std::exchange(reading_, false)) refuse(why);
}

void HistoryCall::end() noexcept { endpoint_.history_calls.erase(self_); }

}  // namespace chatd::rpc
