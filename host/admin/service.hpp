// Service: chatd.admin.v1, what operators ask a running host. Its calls are served on the server's queue, and only for those who
// came by the operators' listener.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "admin.grpc.pb.h"
#include "chatd/sdk/clock.hpp"
#include "host/config/settings.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::admin {

// What the service may do to the host.
class Control {
 public:
  // Makes the host end as SIGTERM does; false when it is ending already. [any] never blocks
  virtual bool drain() noexcept = 0;

 protected:
  ~Control() = default;
};

class Service final : public rpc::LocalService {
 public:
  struct Host {
    std::string server_id;
    std::string_view version;
    std::vector<config::RoomClass> classes;
  };

  // `control` and `clock` must outlive it.
  Service(Host host, Control& control, const sdk::Clock& clock);
  ~Service();

  [[nodiscard]] std::string_view name() const noexcept override { return v1::Admin::service_full_name(); }
  [[nodiscard]] grpc::Service& service() noexcept override { return service_; }
  void await(rpc::Server& server, rpc::Queue& queue) override;

  // What Status says from now on; `why` when it is not. [control] never blocks
  void serving(bool yes, std::string why);
  // [control] never blocks
  void draining();

 private:
  template <class Request, class Reply>
  class Call;

  [[nodiscard]] v1::StatusReply answer(const v1::StatusRequest& request);
  [[nodiscard]] v1::SlowClientsReply answer(const v1::SlowClientsRequest& request);
  [[nodiscard]] v1::DrainReply answer(const v1::DrainRequest& request);

  const Host host_;
  Control& control_;
  const sdk::Clock& clock_;
  v1::Admin::AsyncService service_;
  rpc::Server* server_ = nullptr;
  rpc::Queue* queue_ = nullptr;

  std::mutex mutex_;  // of what the control thread tells
  bool serving_ = false;
  bool draining_ = false;
  std::string why_ = "it starts";

  // Awaited and under way.
  std::list<Call<v1::StatusRequest, v1::StatusReply>> statuses_;
  std::list<Call<v1::SlowClientsRequest, v1::SlowClientsReply>> slow_clients_;
  std::list<Call<v1::DrainRequest, v1::DrainReply>> drains_;
};

}  // namespace chatd::admin
