// The connection to the server, as one gRPC channel, made anew where waiting for the old one would take too long.
#pragma once

#include <memory>
#include <mutex>

#include <grpcpp/channel.h>

#include "chatd/client/client.hpp"

namespace chatd::client {

class Link {
 public:
  explicit Link(const Options& options);

  // The channel as it is: it may be failing, and then a call on it fails at once. [any] never blocks
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const;
  // A channel that tries to connect now. A failed channel would sit out gRPC's own back-off first, on top of the
  // caller's: it is replaced. [any] never blocks
  [[nodiscard]] std::shared_ptr<grpc::Channel> fresh_channel();

 private:
  [[nodiscard]] std::shared_ptr<grpc::Channel> make() const;

  const Options& options_;
  mutable std::mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_;  // shared as gRPC has it: a call keeps its channel
};

}  // namespace chatd::client
