// Reflection: grpc.reflection.v1alpha on the host's own queue: which services there are, and the files that describe them.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "host/rpc/queue.hpp"
#include "reflection.grpc.pb.h"

namespace chatd::rpc {

class Reflection {
 public:
  using Service = grpc::reflection::v1alpha::ServerReflection::AsyncService;

  // Full names of what is listed: to everybody, and to operators besides.
  Reflection(Queue& queue, std::vector<std::string> services, std::vector<std::string> for_operators);
  ~Reflection();
  Reflection(const Reflection&) = delete;
  Reflection& operator=(const Reflection&) = delete;

  // To be registered before the server is built. [control] never blocks
  [[nodiscard]] Service& service() noexcept { return service_; }
  // Awaits the first call; once the server is built. [control] never blocks
  void await();

 private:
  class Call;

  void answer(const grpc::reflection::v1alpha::ServerReflectionRequest& request, bool for_operator,
              grpc::reflection::v1alpha::ServerReflectionResponse& response) const;

  Queue& queue_;
  Service service_;
  std::vector<std::string> services_;
  std::vector<std::string> for_operators_;
  std::list<Call> calls_;
};

}  // namespace chatd::rpc
