// PublishCall: one BroadcastMessage, answered when the broker has the record.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "chatd/sdk/broker.hpp"
#include "host/hub/known_log.hpp"
#include "host/hub/outgoing.hpp"
#include "host/limits/publishers.hpp"
#include "host/rpc/unary_call.hpp"

namespace chatd::rpc {

class PublishCall final : public UnaryCall, public sdk::Completion, private hub::Waiter {
 public:
  explicit PublishCall(Endpoint& endpoint) : UnaryCall(endpoint) {}

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::publish_calls. [queue, or before it runs] never blocks
  void await(std::list<PublishCall>::iterator self);

  // [any]
  void done(sdk::Result<sdk::Position> result) noexcept override;

 private:
  void await_next() override;
  void take(const access::Caller& caller) noexcept override;
  void end() noexcept override;
  [[nodiscard]] bool enter(const std::string& sender);
  void refuse(const limits::Publishers::Refusal& refusal, const std::string& sender) noexcept;
  void refuse(const sdk::Error& why) noexcept override;
  void leave() noexcept;
  void settle() noexcept;
  void reached(sdk::Position first) noexcept override;
  void answer() noexcept;

  std::list<PublishCall>::iterator self_;
  limits::Publishers::Place sender_ = nullptr;
  std::optional<hub::Outgoing> outgoing_;  // owns what the broker reads until it has answered
  sdk::Result<sdk::Position> result_;
};

}  // namespace chatd::rpc
