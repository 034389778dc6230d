// Health: grpc.health.v1 on the host's own queue. It knows the server as a whole, "", and chat.Broadcast; both are well or not
// together.
#pragma once

#include <list>

#include "health.grpc.pb.h"
#include "host/rpc/queue.hpp"

namespace chatd::rpc {

class Health {
 public:
  using Service = grpc::health::v1::Health::AsyncService;

  explicit Health(Queue& queue);
  ~Health();
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  // To be registered before the server is built. [control] never blocks
  [[nodiscard]] Service& service() noexcept { return service_; }
  // Awaits the first calls; once the server is built. [control] never blocks
  void await();
  // What is said from now on, to watchers too. [queue] never blocks
  void serving(bool yes) noexcept;

 private:
  class Check;
  class Watch;

  [[nodiscard]] grpc::health::v1::HealthCheckResponse::ServingStatus status(const std::string& name) const;

  Queue& queue_;
  Service service_;
  std::list<Check> checks_;
  std::list<Watch> watches_;
  bool serving_ = false;
};

}  // namespace chatd::rpc
