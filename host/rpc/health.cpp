#include "host/rpc/health.hpp"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include "chatd/sdk/text.hpp"

namespace chatd::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class Health::Check {
 public:
  explicit Check(Health& health) : health_(health) {}

  void await(std::list<Check>::iterator self) {
    self_ = self;
    auto* completions = health_.queue_.completions();
    health_.service_.RequestCheck(&context_, &request_, &writer_, completions, completions, &begun_);
  }

 private:
  void begun(bool ok) noexcept {
    if (!ok) return finished(ok);
    const auto next = health_.checks_.emplace(health_.checks_.end(), health_);
    next->await(next);
    const auto status = health_.status(request_.service());
    if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
      writer_.FinishWithError({grpc::StatusCode::NOT_FOUND, sdk::text("no service \"", request_.service(), "\" here")},
                              &finished_);
      return;
    }
    HealthCheckResponse response;
    response.set_status(status);
    writer_.Finish(response, grpc::Status::OK, &finished_);
  }
  void finished(bool) noexcept { health_.checks_.erase(self_); }

  Health& health_;
  std::list<Check>::iterator self_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<HealthCheckResponse> writer_{&context_};
  On<Check, &Check::begun> begun_{this};
  On<Check, &Check::finished> finished_{this};
};

class Health::Watch {
 public:
  explicit Watch(Health& health) : health_(health) {}

  void await(std::list<Watch>::iterator self) {
    self_ = self;
    context_.AsyncNotifyWhenDone(&gone_);
    auto* completions = health_.queue_.completions();
    health_.service_.RequestWatch(&context_, &request_, &writer_, completions, completions, &begun_);
  }

  // Says the status if it is not what was said last.
  void say() noexcept {
    if (!open_ || writing_) return;
    const auto status = health_.status(request_.service());
    if (status == said_) return;
    said_ = status;
    writing_ = true;
    HealthCheckResponse response;
    response.set_status(status);
    writer_.Write(response, &wrote_);
  }

 private:
  void begun(bool ok) noexcept {
    if (!ok) {
      health_.watches_.erase(self_);
      return;
    }
    open_ = true;
    const auto next = health_.watches_.emplace(health_.watches_.end(), health_);
    next->await(next);
    say();
  }
  void wrote(bool ok) noexcept {
    writing_ = false;
    if (!open_) {
      health_.watches_.erase(self_);
      return;
    }
    if (ok) say();
  }
  void gone(bool) noexcept {
    open_ = false;
    if (!writing_) health_.watches_.erase(self_);
  }

  Health& health_;
  std::list<Watch>::iterator self_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_{&context_};
  On<Watch, &Watch::begun> begun_{this};
  On<Watch, &Watch::wrote> wrote_{this};
  On<Watch, &Watch::gone> gone_{this};
  HealthCheckResponse::ServingStatus said_ = HealthCheckResponse::UNKNOWN;
  bool open_ = false;
  bool writing_ = false;
};

Health::Health(Queue& queue) : queue_(queue) {}
Health::~Health() = default;

void Health::await() {
  const auto check = checks_.emplace(checks_.end(), *this);
  check->await(check);
  const auto watch = watches_.emplace(watches_.end(), *this);
  watch->await(watch);
}

void Health::serving(bool yes) noexcept {
  serving_ = yes;
  for (auto& watch : watches_) watch.say();
}

HealthCheckResponse::ServingStatus Health::status(const std::string& name) const {
  if (!name.empty() && name != "chat.Broadcast") return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

}  // namespace chatd::rpc
