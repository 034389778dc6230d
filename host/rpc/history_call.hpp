// HistoryCall: one History, answered at once when the room's ring has it, else from the log.
#pragma once

#include <list>

#include "host/hub/history.hpp"
#include "host/rpc/unary_call.hpp"

namespace chatd::rpc {

class HistoryCall final : public UnaryCall {
 public:
  explicit HistoryCall(Endpoint& endpoint) : UnaryCall(endpoint) {}

  // Asks gRPC for the next one. `self` is this call's place in Endpoint::history_calls. [queue, or before it runs] never blocks
  void await(std::list<HistoryCall>::iterator self);
  // Answers a call that waits for the log: it is not read any more. [queue] never blocks
  void give_up(const sdk::Error& why) noexcept;

 private:
  void await_next() override;
  void take(const access::Caller& caller) noexcept override;
  void end() noexcept override;
  void answer(const sdk::Result<hub::Answer>& found) noexcept;

  std::list<HistoryCall>::iterator self_;
  bool reading_ = false;
};

}  // namespace chatd::rpc
