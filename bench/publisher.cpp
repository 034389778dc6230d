#include "bench/publisher.hpp"

#include <utility>

namespace chatd::bench {

Publisher::Publisher(Loop& loop, const Endpoint& to, std::size_t number, Answered answered)
    : answered_(std::move(answered)),
      headers_(http2::request_headers(to.name, "/chat.Broadcast/BroadcastMessage", to.trust != nullptr)),
      connection_(std::make_unique<Connection>(loop, to, number, http2::Session::Options{})) {}

void Publisher::publish(PublishRequest& request, const Stamp& stamp) {
  if (idle_.empty()) idle_.push_back(&calls_.emplace_back(*this));
  Publish& call = *idle_.back();
  idle_.pop_back();
  call.stamp = stamp;
  connection_->begin(headers_, request.stamped(stamp), call);
}

void Publisher::Publish::ended(const http2::Status& status) noexcept {
  publisher_.idle_.push_back(this);
  publisher_.answered_(Stamp(stamp), status);
}

}  // namespace chatd::bench
