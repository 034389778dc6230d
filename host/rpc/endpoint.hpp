// Endpoint: what the calls of chat.Broadcast share: the service, its queue, the limits, and who is under way. It belongs to the
// queue's thread but for the gates.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "chat.grpc.pb.h"
#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/log.hpp"
#include "host/access/caller.hpp"
#include "host/hub/connection_log.hpp"
#include "host/hub/library.hpp"
#include "host/hub/outgoing.hpp"
#include "host/limits/ip_address.hpp"
#include "host/limits/meters.hpp"
#include "host/limits/publishers.hpp"
#include "host/limits/refusals.hpp"
#include "host/limits/tally.hpp"
#include "host/presence/presence.hpp"
#include "host/rpc/gate.hpp"
#include "host/rpc/history_call.hpp"
#include "host/rpc/local.hpp"
#include "host/rpc/publish_call.hpp"
#include "host/rpc/queue.hpp"
#include "host/rpc/refresh_call.hpp"
#include "host/rpc/server.hpp"
#include "host/rpc/stream_call.hpp"
#include "host/rpc/traffic.hpp"
#include "host/rpc/who_call.hpp"

namespace chatd::rpc {

class OperatorPeers;

// Raw: requests and answers are bytes, so that a frame is encoded once for all.
using BroadcastService = chat::Broadcast::WithRawMethod_CreateStream<
    chat::Broadcast::WithRawMethod_BroadcastMessage<chat::Broadcast::WithRawMethod_History<chat::Broadcast::WithRawMethod_Who<
        chat::Broadcast::WithRawMethod_Servers<chat::Broadcast::WithRawMethod_Refresh<chat::Broadcast::Service>>>>>>;

struct Endpoint {
  Endpoint(const ServerOptions& its_options, sdk::Broker& its_broker, const sdk::Clock& its_clock, sdk::Logger& log,
           BroadcastService& its_service, Queue& its_queue, hub::BrokerLibrary& its_library, limits::Refusals& its_refusals);

  const ServerOptions& options;
  sdk::Broker& broker;
  const sdk::Clock& clock;
  BroadcastService& service;
  Queue& queue;
  hub::BrokerLibrary& library;
  limits::Refusals& refusals;
  hub::ConnectionLog connections;
  presence::Presence* presence = nullptr;    // null: who is here is not known; set before the first call
  std::optional<access::Access> access;      // none: everybody is believed
  const access::Bans* bans = nullptr;        // null: nobody is banned; set before the first call
  hub::Filters filters;                      // set before the first call
  const OperatorPeers* operators = nullptr;  // null: what rpc::from_operator says is all; set before the first call

  hub::MessageIds message_ids;
  limits::Publishers publishers;
  limits::Tally<std::string> user_streams;
  limits::Tally<limits::IpAddress> address_streams;
  limits::Meters<std::string> user_queries;
  limits::Meters<limits::IpAddress> address_queries;  // of those who do not say who they are
  Gate publishes;                                     // accepted by the broker, not answered yet
  Gate streams;
  Traffic traffic;
  std::uint64_t last_stream = 0;         // counts those that were let in
  std::list<PublishCall> publish_calls;  // awaited and under way
  std::list<StreamCall> stream_calls;
  std::list<HistoryCall> history_calls;
  std::list<WhoCall> who_calls;
  std::list<ServersCall> servers_calls;
  std::list<RefreshCall> refresh_calls;

  // Waits for one more call of its kind; nothing after the server is shut down. [queue] never blocks
  void await_publish();
  void await_stream();
  void await_history();
  void await_who();
  void await_servers();
  void await_refresh();

  // What time brings; about twice a second. [queue] never blocks
  void tick() noexcept;
  // The options have changed. [queue] never blocks
  void change() noexcept;
  // Code::resource_exhausted when this user, or who is none by their address, asks too often for what is read for them; the
  // refusal is counted, and the client told when to try again. [queue] never blocks
  [[nodiscard]] sdk::Result<> may_ask(grpc::ServerContext& context, const access::Caller& caller, const std::string& user_id);
  // Counts what is wrong with a request or with who makes it. [queue] never blocks
  void count(const sdk::Error& refusal) noexcept;

  // Who makes a call: nobody was asked, or this was found out. [queue] never blocks
  [[nodiscard]] access::Caller caller() const { return {bans, clock}; }
  [[nodiscard]] access::Caller caller(const access::Who& who) {
    return {bans, clock, access->authenticator, access->identities.answers(), who};
  }

  // Whether it came by the operators' listener. [queue] never blocks
  [[nodiscard]] bool from_operator(grpc::ServerContext& context) const;
  // Tells the asker who makes the call, at once or later. REQUIRES: access. [queue] never blocks
  void identify(grpc::ServerContext& context, access::Asker& asker);
};

// The bytes of a request in one piece; `storage` keeps them when gRPC had them in several. [queue] never blocks
[[nodiscard]] std::string_view one_piece(grpc::ByteBuffer& buffer, grpc::Slice& storage);

}  // namespace chatd::rpc
