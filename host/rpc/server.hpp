// Server: chat.Broadcast, health and reflection on one port, and, if wanted, a service for operators on another. It takes
// publishes to the broker and frames to the clients.
//
//   open -> start -> serving(true) -> refuse_new -> move_streams -> refuse_publishes -> wait_publishes -> end_streams -> stop
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/clock.hpp"
#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "chatd/sdk/metrics.hpp"
#include "host/hub/filters.hpp"
#include "host/hub/frame.hpp"
#include "host/hub/inbox.hpp"
#include "host/hub/limits.hpp"
#include "host/hub/log.hpp"
#include "host/hub/outgoing.hpp"
#include "host/limits/bucket.hpp"
#include "host/limits/connections.hpp"
#include "host/limits/publishers.hpp"
#include "host/limits/refusals.hpp"
#include "host/wire/request.hpp"
#include "tls/material.hpp"

namespace grpc {
class ServerContext;
}

namespace chatd::access {
class Asker;
class Bouncer;
class Orders;
}  // namespace chatd::access

namespace chatd::presence {
class Announcer;
class Presence;
}  // namespace chatd::presence

namespace chatd::rpc {

class LocalService;

// The listener for operators.
struct LocalListener {
  std::string host;
  std::uint16_t port = 0;
  // Others than this machine reach it, and who calls is asked who they are. Else whoever connects from elsewhere is turned away.
  bool asks = false;
  LocalService* service = nullptr;  // outlives the server
};

// What one connection may do; gRPC itself sees to it. chat.toml says what each is for; 0: without a limit.
struct TransportLimits {
  std::int64_t streams_per_connection = 4'000;
  std::int64_t metadata_bytes = 8'192;
  std::int64_t handshake_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 300'000;
  std::int64_t ping_interval_ms = 5'000;
  std::int64_t ping_strikes = 2;
};

// What the clients' listener shows, and what it asks of them.
struct Tls {
  tls::Material material;
  bool client_certificate_required = false;  // else, with authorities, one that is shown has to be good
  bool only_1_3 = false;                     // for the whole process; else 1.2 too
};

// chat.toml says what each is for.
struct ServerOptions {
  std::string host = "0.0.0.0";
  std::uint16_t port = 8081;
  std::string server_id;
  std::int64_t keepalive_time_ms = 20'000;
  std::int64_t keepalive_timeout_ms = 10'000;
  std::int64_t send_buffer_bytes = 262'144;
  std::size_t publishes_in_flight = 10'000;
  wire::Limits limits;
  hub::Limits hub;
  hub::Topics topics;
  std::chrono::milliseconds repeats{0};  // window of message ids, in record time
  std::size_t resume_records = 200'000;
  std::size_t history_records = 50'000;
  std::string token_key;
  TransportLimits transport;
  chatd::limits::Connections::Options connections;
  chatd::limits::Publishers::Options publishers;
  std::size_t streams_per_user = 0;  // 0: any number
  std::size_t streams_per_address = 0;
  chatd::limits::Rate queries_per_user{};
  std::optional<Tls> tls;  // none: connections are not encrypted
  std::optional<LocalListener> local;
  sdk::Metrics* metrics = nullptr;              // null: nobody watches; outlives the server
  sdk::Authenticator* authenticator = nullptr;  // null: everybody is believed; outlives the server
};

// What is answered while draining. [any] never blocks
[[nodiscard]] sdk::Error shutting_down();

class Server {
 public:
  // Binds the port; clients that connect wait. All references must outlive it. [control] may block (name look-up)
  [[nodiscard]] static sdk::Result<std::unique_ptr<Server>> open(ServerOptions options, sdk::Broker& broker,
                                                                 const sdk::Clock& clock, sdk::Logger& log);
  explicit Server(ServerOptions options, sdk::Broker& broker, const sdk::Clock& clock, sdk::Logger& log);
  // Stops. Waits for `stop`.
  ~Server();

  // "127.0.0.1:43123". [any] never blocks
  [[nodiscard]] const std::string& address() const noexcept;
  // The same of the listener for operators; empty when there is none. [any] never blocks
  [[nodiscard]] std::string local_address() const;
  // Where the broker's messages go in. [any] never blocks
  [[nodiscard]] hub::Inbox& inbox() noexcept;
  // For one feed. [any] never blocks
  [[nodiscard]] std::unique_ptr<hub::FrameMaker> frames() const;

  // Who comes and goes is told to it, and Who and Servers are answered from it; it outlives `stop`. REQUIRES: before start.
  // [control] never blocks
  void use(presence::Presence& presence) noexcept;
  // They look at each publish, and outlive the server. REQUIRES: before start. [control] never blocks
  void use(const hub::Filters::Named& filters);
  // Takes notices to the streams that asked for presence. Valid as long as the server. [any] never blocks
  [[nodiscard]] presence::Announcer& announcer() noexcept;

  // Newer certificates and authorities, for connections that come from now on. REQUIRES: ServerOptions::tls, and authorities if
  // and only if that had such. [any] never blocks
  void renew(tls::Material material);
  // Limits, rooms and proxies from now on, for what comes then; the rest of the options is not looked at. REQUIRES: between start
  // and stop. [control] may block, until the queue has looked
  void change(const ServerOptions& options);
  // Who is banned by these is refused; they outlive `stop`. REQUIRES: before start. [control] never blocks
  void use(access::Orders& orders) noexcept;
  // Whether a call came by the operators' listener. [queue] never blocks
  [[nodiscard]] bool from_operator(grpc::ServerContext& context) const;
  // Whether who comes by it is asked who they are. [any] never blocks
  [[nodiscard]] bool asks_operators() const noexcept;
  // Tells the asker who makes a call, at once or later. REQUIRES: asks_operators(). [queue] never blocks
  void identify(grpc::ServerContext& context, access::Asker& asker);
  // Whether they may administer. REQUIRES: asks_operators(). [queue] never blocks
  [[nodiscard]] sdk::Result<> may_administer(const std::shared_ptr<const sdk::Identity>& who) const;

  // Ends streams for them. Valid as long as the server. [any] never blocks
  [[nodiscard]] access::Bouncer& bouncer() noexcept;

  // Starts the threads and accepts; health says NOT_SERVING until told otherwise. [control] may block
  [[nodiscard]] sdk::Result<> start();
  // What grpc.health.v1 says from the return on. REQUIRES: between start and stop. [control] may block, until the queue has
  // looked
  void serving(bool yes) noexcept;

  // This log is known up to where it ended when the host began: streams that wait for that are opened. [any] never blocks
  void warm(hub::Log log);
  // What time brings; about twice a second. [any] never blocks
  void tick();

  // Open now. [any] never blocks
  [[nodiscard]] std::size_t streams() const noexcept;
  // Taken by the broker, not answered. [any] never blocks
  [[nodiscard]] std::size_t publishes() const noexcept;

  // Into the sink. [any] never blocks
  void collect(sdk::MetricSink& sink) const;
  // Whether its thread has got on lately. [any] never blocks
  [[nodiscard]] bool alive() const noexcept;
  // Clients' connections, but for some that ended within two seconds. [any] never blocks
  [[nodiscard]] std::size_t connections() const noexcept;
  // What was refused since the start. [any] never blocks
  [[nodiscard]] const limits::Refusals& refusals() const noexcept;

  // No new connections (operators may still come) and streams; health says NOT_SERVING. [control] may block briefly
  void refuse_new() noexcept;
  // Ends about so many streams, which move elsewhere; returns how many were left. [control] may block, until the queue has looked
  [[nodiscard]] std::size_t move_streams(std::size_t count) noexcept;
  // No new publishes. [control] never blocks
  void refuse_publishes() noexcept;
  // Until the publishes in flight are answered; false at the deadline. [control] may block
  [[nodiscard]] bool wait_publishes(sdk::Deadline deadline) noexcept;
  // Ends each stream with UNAVAILABLE once it has what is pending; cuts those that are left at the deadline and says how many
  // they were. [control] may block, a second past the deadline at most
  [[nodiscard]] std::size_t end_streams(sdk::Deadline deadline) noexcept;
  // Ends whatever is left and joins. REQUIRES: the broker is stopped, no feed puts into the inbox. Twice is fine.
  // [control] may block, a second at most
  void stop() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chatd::rpc
