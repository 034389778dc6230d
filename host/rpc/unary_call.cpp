#include "host/rpc/unary_call.hpp"

#include "host/rpc/endpoint.hpp"
#include "host/rpc/local.hpp"

namespace chatd::rpc {

void UnaryCall::begun(bool ok) noexcept {
  if (!ok) return end();  // the server shuts down
  begun_at_ = std::chrono::steady_clock::now();
  await_next();
  if (endpoint_.from_operator(context_)) return refuse(not_for_clients());
  if (endpoint_.access) return endpoint_.identify(context_, *this);
  take(endpoint_.caller());
}

void UnaryCall::identified(const sdk::Result<access::Who>& who) noexcept {
  if (!who) return refuse(who.error());
  take(endpoint_.caller(*who));
}

void UnaryCall::finish(std::string_view answer) noexcept {
  const grpc::Slice slice(answer.data(), answer.size());
  writer_.Finish(grpc::ByteBuffer(&slice, 1), grpc::Status::OK, &finished_);
}

void UnaryCall::refuse(const sdk::Error& why) noexcept {
  endpoint_.count(why);
  writer_.FinishWithError(status(why), &finished_);
}

void UnaryCall::finished(bool) noexcept { end(); }

}  // namespace chatd::rpc
