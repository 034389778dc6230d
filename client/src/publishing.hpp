// One message on its way to the server, from the first try to the last: what is tried again, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <grpcpp/client_context.h>

#include "chat.grpc.pb.h"
#include "chatd/client/backoff.hpp"
#include "chatd/client/client.hpp"
#include "link.hpp"

namespace chatd::client {

class Publishing {
 public:
  struct Verdict {
    std::optional<sdk::Result<Receipt>> outcome;  // none: another try, after `wait`
    std::chrono::milliseconds wait{0};
  };

  // The message has its id: the same one at each try. The references must outlive it.
  Publishing(const Options& options, Link& link, chat::Message message, std::uint64_t seed);

  [[nodiscard]] const chat::Message& message() const noexcept { return message_; }
  // For the next try, whose deadline is set. [any] never blocks
  [[nodiscard]] std::unique_ptr<chat::Broadcast::Stub> begin(grpc::ClientContext& context);
  // The try that began last has ended so. [any] never blocks
  [[nodiscard]] Verdict judge(const grpc::Status& status, const chat::Close& answer, const grpc::ClientContext& context);
  // What is told when it was called off between two tries. [any] never blocks
  [[nodiscard]] sdk::Error called_off() const;

 private:
  // How long the server says to wait; none: nothing. Negative: for ever.
  [[nodiscard]] static std::optional<std::chrono::milliseconds> pushback(const grpc::ClientContext& context);
  [[nodiscard]] sdk::Error failed(const grpc::Status& status) const;
  Verdict give_up(sdk::Error error);

  const Options& options_;
  Link& link_;
  const chat::Message message_;
  const std::chrono::steady_clock::time_point until_;
  Backoff backoff_;
  unsigned tries_ = 0;
  bool may_try_again_ = false;
  std::shared_ptr<grpc::Channel> channel_;
  std::optional<sdk::Error> unknown_;  // of the last try that may have been taken
};

}  // namespace chatd::client
