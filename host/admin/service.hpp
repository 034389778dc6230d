// Service: chatd.admin.v1, what operators ask a running host. Its calls are served on the server's queue, and only for those who
// came by the operators' listener.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>

#include "admin.grpc.pb.h"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "host/access/orders.hpp"
#include "host/observe/log.hpp"
#include "host/plugin/set.hpp"
#include "host/presence/presence.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/queue.hpp"

namespace chatd::admin {

// What the service may do to the host.
class Control {
 public:
  // Makes the host end as SIGTERM does; false when it is ending already. [any] never blocks
  virtual bool drain() noexcept = 0;
  // Makes the host read its configuration again as SIGHUP does. `done` is told what came of it, on the queue's thread; `by` is
  // who wants it, for the log. [queue] never blocks
  using Reloaded = std::move_only_function<void(const sdk::Result<v1::ReloadReply>&) noexcept>;
  virtual void reload(const std::string& by, Reloaded done) = 0;

 protected:
  ~Control() = default;
};

class Service final : public rpc::LocalService {
 public:
  struct Host {
    std::string server_id;
    std::string_view version;
  };

  // All must outlive it.
  Service(Host host, Control& control, const plugin::Set& plugins, observe::Log& log, const sdk::Clock& clock);
  ~Service();

  [[nodiscard]] std::string_view name() const noexcept override { return v1::Admin::service_full_name(); }
  [[nodiscard]] grpc::Service& service() noexcept override { return service_; }
  void await(rpc::Server& server, rpc::Queue& queue) override;

  // Servers is answered from it; it outlives the server. REQUIRES: before `await`. [control] never blocks
  void use(const presence::Presence& presence) noexcept { presence_ = &presence; }
  // Kicks and bans are given to these; they outlive the server. REQUIRES: before `await`. [control] never blocks
  void use(access::Orders& orders) noexcept { orders_ = &orders; }
  // What Status says from now on; `why` when it is not. [control] never blocks
  void serving(bool yes, std::string why);
  // [control] never blocks
  void draining();

 private:
  template <class Request, class Reply>
  class Call;
  template <class Request, class Reply>
  using Calls = std::list<Call<Request, Reply>>;  // awaited and under way

  [[nodiscard]] sdk::Result<v1::StatusReply> answer(const v1::StatusRequest& request);
  [[nodiscard]] sdk::Result<v1::SlowClientsReply> answer(const v1::SlowClientsRequest& request);
  [[nodiscard]] sdk::Result<v1::SessionsReply> answer(const v1::SessionsRequest& request);
  [[nodiscard]] sdk::Result<v1::RoomsReply> answer(const v1::RoomsRequest& request);
  [[nodiscard]] sdk::Result<v1::ServersReply> answer(const v1::ServersRequest& request);
  [[nodiscard]] sdk::Result<v1::PluginsReply> answer(const v1::PluginsRequest& request);
  [[nodiscard]] sdk::Result<v1::LogLevelReply> answer(const v1::LogLevelRequest& request);
  [[nodiscard]] sdk::Result<v1::BansReply> answer(const v1::BansRequest& request);
  [[nodiscard]] sdk::Result<v1::DrainReply> answer(const v1::DrainRequest& request);

  // These are answered when the broker has the order, or the host has read its configuration. `by` is who gave it, for the log.
  template <class Reply>
  using Done = std::move_only_function<void(const sdk::Result<Reply>&) noexcept>;
  void answer(const v1::ReloadRequest& request, const std::string& by, Done<v1::ReloadReply> done);
  void answer(const v1::KickRequest& request, const std::string& by, Done<v1::KickReply> done);
  void answer(const v1::BanRequest& request, const std::string& by, Done<v1::BanReply> done);
  void answer(const v1::UnbanRequest& request, const std::string& by, Done<v1::UnbanReply> done);

  const Host host_;
  Control& control_;
  const plugin::Set& plugins_;
  observe::Log& log_;
  const sdk::Clock& clock_;
  const presence::Presence* presence_ = nullptr;  // null: nobody keeps who is here
  access::Orders* orders_ = nullptr;
  v1::Admin::AsyncService service_;
  rpc::Server* server_ = nullptr;
  rpc::Queue* queue_ = nullptr;

  std::mutex mutex_;  // of what the control thread tells
  bool serving_ = false;
  bool draining_ = false;
  std::string why_ = "it starts";

  Calls<v1::StatusRequest, v1::StatusReply> statuses_;
  Calls<v1::SlowClientsRequest, v1::SlowClientsReply> slow_clients_;
  Calls<v1::SessionsRequest, v1::SessionsReply> sessions_;
  Calls<v1::RoomsRequest, v1::RoomsReply> rooms_;
  Calls<v1::ServersRequest, v1::ServersReply> servers_;
  Calls<v1::PluginsRequest, v1::PluginsReply> plugin_calls_;
  Calls<v1::LogLevelRequest, v1::LogLevelReply> log_levels_;
  Calls<v1::KickRequest, v1::KickReply> kicks_;
  Calls<v1::BanRequest, v1::BanReply> ban_calls_;
  Calls<v1::UnbanRequest, v1::UnbanReply> unbans_;
  Calls<v1::BansRequest, v1::BansReply> bans_;
  Calls<v1::ReloadRequest, v1::ReloadReply> reloads_;
  Calls<v1::DrainRequest, v1::DrainReply> drains_;
};

}  // namespace chatd::admin
