// The connection to the server, as one gRPC channel, made anew where waiting for the old one would take too long; and what is
// known of the server behind it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include "chatd/client/client.hpp"
#include "tls/material.hpp"

namespace chatd::client {

class Link {
 public:
  // With `material` it is encrypted; that need not outlive this. [any] never blocks
  Link(const Options& options, const tls::Material* material);

  // The channel as it is: it may be failing, and then a call on it fails at once. [any] never blocks
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const;
  // A channel that tries to connect now. A failed channel would sit out gRPC's own back-off first, on top of the
  // caller's: it is replaced. [any] never blocks
  [[nodiscard]] std::shared_ptr<grpc::Channel> fresh_channel();
  // The host that this channel led to is to be left, although it can be reached. The next channel takes the target's addresses
  // in turn, because the first one may be that of this host, and connects anew, because a balancer may stand there. [any] never
  // blocks
  void leave(const std::shared_ptr<grpc::Channel>& channel);

  // Shows the server who calls, and returns the token that it did that with; empty: none. [any] may block, for the caller's
  // new_token
  std::string show_token(grpc::ClientContext& context) const;
  // The token as it is now. [any] may block, likewise
  [[nodiscard]] std::string token() const;

  // Whether the server was last seen to be chatd, not an older one. [any] never blocks
  [[nodiscard]] bool is_chatd() const noexcept { return is_chatd_; }
  void saw_chatd(bool is) noexcept { is_chatd_ = is; }

 private:
  [[nodiscard]] std::shared_ptr<grpc::Channel> make(const char* policy) const;

  const Options& options_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::atomic<bool> is_chatd_ = false;
  mutable std::mutex token_mutex_;
  mutable std::mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_;  // shared as gRPC has it: a call keeps its channel
  int turns_ = 0;                           // that the channel may still take; 0: it stays with the first that answers
};

}  // namespace chatd::client
