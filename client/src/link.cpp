#include "link.hpp"

#include <string_view>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace chatd::client {

namespace {

// As Go's programs do: a proxy from the environment is never asked for this machine.
bool is_loopback(std::string_view target) {
  for (const std::string_view host : {"localhost", "127.", "[::1]", "ipv4:127.", "ipv6:[::1]"})
    if (target.starts_with(host)) return true;
  return false;
}

std::shared_ptr<grpc::ChannelCredentials> credentials(const tls::Material* material) {
  if (!material) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({material->authorities, material->key, material->certificates});
}

constexpr const char* first_that_answers = "pick_first";
constexpr const char* in_turn = "round_robin";
// Before it is made anew, to which the same address may answer first again.
constexpr int turns = 3;

}  // namespace

Link::Link(const Options& options, const tls::Material* material)
    : options_(options), credentials_(credentials(material)), channel_(make(first_that_answers)) {}

std::shared_ptr<grpc::Channel> Link::make(const char* policy) const {
  const auto milliseconds = [](std::chrono::milliseconds time) { return static_cast<int>(time.count()); };
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, milliseconds(options_.connect_timeout));  // in fact: to connect
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, milliseconds(options_.backoff.most));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(options_.ping_every));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  // Otherwise a client that only listens stops after two pings.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Otherwise a new channel shares the old one's connection, and its back-off.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Repeats are the caller's to decide.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetLoadBalancingPolicyName(policy);
  if (is_loopback(options_.target)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options_.target, credentials_, arguments);
}

std::string Link::token() const {
  const std::lock_guard lock(token_mutex_);
  std::string token = options_.new_token ? options_.new_token() : options_.token;
  // Files end in a line end, which no header may have.
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.pop_back();
  return token;
}

std::string Link::show_token(grpc::ClientContext& context) const {
  auto shown = token();
  if (!shown.empty()) context.AddMetadata("authorization", "Bearer " + shown);
  return shown;
}

std::shared_ptr<grpc::Channel> Link::channel() const {
  const std::lock_guard lock(mutex_);
  return channel_;
}

std::shared_ptr<grpc::Channel> Link::fresh_channel() {
  const std::lock_guard lock(mutex_);
  if (channel_->GetState(false) == GRPC_CHANNEL_TRANSIENT_FAILURE) {
    channel_ = make(first_that_answers);
    turns_ = 0;
  }
  return channel_;
}

void Link::leave(const std::shared_ptr<grpc::Channel>& channel) {
  const std::lock_guard lock(mutex_);
  // Another stream may have left it already.
  if (channel_ != channel || (turns_ > 0 && --turns_ > 0)) return;
  channel_ = make(in_turn);
  turns_ = turns;
}

}  // namespace chatd::client
