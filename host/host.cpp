#include "host/host.hpp"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/broker.hpp"
#include "chatd/sdk/presence.hpp"
#include "chatd/sdk/text.hpp"
#include "host/access/orders.hpp"
#include "host/admin/service.hpp"
#include "host/config/address.hpp"
#include "host/config/load.hpp"
#include "host/hub/feed.hpp"
#include "host/hub/heartbeat.hpp"
#include "host/observe/registry.hpp"
#include "host/patience.hpp"
#include "host/presence/presence.hpp"
#include "host/reload.hpp"
#include "host/reload_report.hpp"
#include "host/reload_requests.hpp"
#include "host/rpc/server.hpp"
#include "host/server_options.hpp"
#include "host/version.hpp"
#include "host/watch.hpp"
#include "tls/watch.hpp"

namespace chatd {
namespace {

using namespace std::chrono_literals;
using sdk::text;

constexpr auto health_interval = 500ms;
constexpr auto extents_wait = 2s;
constexpr auto feed_wait = 1s;
constexpr auto orders_wait = 2s;  // before clients may come; a broker that is well takes less
constexpr auto move_interval = 50ms;

}  // namespace

struct Host::State final : admin::Control {
  // One topic that carries messages, and who reads it. The subscription goes first.
  struct Source {
    Source(hub::Log its_log, const std::string& its_topic, State& state)
        : log(its_log),
          topic(its_topic),
          feed({.log = its_log,
                .topic = topic,
                .repeats = state.repeats(),
                .keep_from = state.clock.now() - state.repeats(),
                .token_key = state.settings.hub.token_key},
               state.server->inbox(), state.server->frames(), state.log) {}

    hub::Log log;
    std::string_view topic;  // of the settings
    hub::Feed feed;
    std::optional<std::vector<sdk::Extent>> ends;  // where the log ended when it was first asked
    bool warm = false;                             // the feed came there
    std::unique_ptr<sdk::Subscription> subscription;
  };

  explicit State(Setup setup)
      : settings(std::move(setup.settings)),
        in_force(settings),
        plugins(setup.plugins),
        loggers(setup.log),
        log(setup.log.host()),
        clock(setup.clock),
        through(std::move(setup.through)),
        watch(plugins),
        configuration(std::move(setup.sources), settings, plugins),
        reload_requests(std::move(setup.wake)) {
    metrics.add(watch);
    server_id = settings.host.server_id;
    if (server_id.empty()) server_id = text("grpc-server-", std::time(nullptr));
  }

  [[nodiscard]] std::chrono::milliseconds repeats() const { return std::chrono::milliseconds(settings.broker.repeat_window_ms); }
  sdk::Result<> start_plugins();
  sdk::Result<> subscribe(hub::Log log, const std::string& topic);
  void warm_up(Source& source, sdk::Deadline deadline);
  [[nodiscard]] bool nothing_left(Source& source);
  // [any]
  bool drain() noexcept override { return !told_to_drain.exchange(true); }
  // [queue]
  void reload(const std::string& by, Reloaded done) override { reload_requests.put(by, std::move(done)); }

  // The admin service, if there is to be one, as the server takes it.
  std::optional<rpc::LocalListener> operators();
  // What the clients' listener shows, if it is to show something.
  sdk::Result<std::optional<rpc::Tls>> encryption();
  void watch_certificates();
  void reload();
  void take(Reload::Plan plan);
  void keep_presence();
  void take_orders();
  [[nodiscard]] hub::Standing standing() const;
  void watch_health();
  void beat();
  void move_streams();

  const config::Settings settings;  // of the start; others look into them
  config::Settings in_force;        // since the last reload
  plugin::Set& plugins;
  observe::Log& loggers;
  sdk::Logger& log;
  const sdk::Clock& clock;
  const std::function<sdk::Broker&(sdk::Broker&)> through;
  observe::Registry metrics;
  Watch watch;  // of those plugins that show it: they stop first
  std::string server_id;
  sdk::Broker* broker = nullptr;
  sdk::Authenticator* authenticator = nullptr;  // null: everybody is believed
  sdk::PresenceStore* store = nullptr;          // null: nobody keeps who is here
  std::optional<hub::Heartbeat> heartbeat;
  std::atomic<bool> told_to_drain = false;
  Reload configuration;
  ReloadRequests reload_requests;
  std::optional<tls::Watch> certificates;      // those of [tls]
  std::optional<admin::Service> admin;         // gone after the server that serves it
  std::optional<presence::Presence> presence;  // told by the server until that has stopped, and by the broker
  std::optional<access::Orders> orders;        // the same
  std::unique_ptr<rpc::Server> server;
  std::vector<std::unique_ptr<Source>> sources;  // gone before the server whose inbox they fill
  std::optional<bool> serving;                   // none before the first look
};

Host::Host(Setup setup) : state_(std::make_unique<State>(std::move(setup))) {}

Host::~Host() {
  state_->sources.clear();
  if (state_->presence) state_->presence->stop();
  if (state_->orders) state_->orders->stop();
  state_->plugins.stop();
  state_->watch.forget();
}

std::optional<rpc::LocalListener> Host::State::operators() {
  if (settings.admin.listen.empty()) return std::nullopt;
  const auto address = config::parse_address(settings.admin.listen).value_or(config::Address{});  // it was checked
  admin.emplace(admin::Service::Host{server_id, version}, *this, plugins, loggers, clock);
  return rpc::LocalListener{address.host, address.port, !config::loopback(address), &*admin};
}

// They were good when the configuration was read; since then they may have changed.
sdk::Result<std::optional<rpc::Tls>> Host::State::encryption() {
  const auto& tls = settings.tls;
  if (tls.certificate.empty()) return std::nullopt;
  const auto files = config::tls_files(tls);
  certificates.emplace(files);
  auto material = tls::read(files, std::time(nullptr));
  if (!material) return sdk::fail(sdk::Code::invalid_argument, text("[tls]: ", material.error().front().str()));
  for (const auto& warning : material->warnings) log.warning(warning);
  watch.certificates(*material);
  return rpc::Tls{*std::move(material), tls.client_certificate == "required", tls.min_version == "1.3"};
}

void Host::State::watch_certificates() {
  if (!certificates) return;
  auto material = certificates->look(std::time(nullptr));
  if (!material) return;
  if (!*material) {
    for (const auto& fault : material->error()) log.error("[tls]: what was read before stays in force: ", fault.str());
    return;
  }
  for (const auto& warning : (*material)->warnings) log.warning(warning);
  watch.certificates(**material);
  server->renew(**std::move(material));
  log.info("certificates have changed; connections that come from now on are shown ", in_force.tls.certificate);
}

// All of it was found right before the first part takes it.
void Host::State::reload() {
  auto requests = reload_requests.take();
  log.info("reload: reading the configuration again, as ", requests.empty() ? "SIGHUP" : requests.front().by, " wants it");
  auto plan = configuration.prepare(in_force);
  const auto reply = plan ? reply_of(*plan) : reply_of(plan.error());
  if (plan) take(*std::move(plan));
  say(log, reply);
  loggers.drain();
  ReloadRequests::answer(server->inbox(), std::move(requests), reply);
}

void Host::State::take(Reload::Plan plan) {
  in_force = plan.settings;
  configuration.commit(plan);
  server->change(server_options(in_force, {}, server_id));
  if (presence) presence->settle(std::chrono::milliseconds(in_force.presence.settle_ms));
  if (plan.changes("log.level") || plan.changes("log.levels") || plan.changes("log.format"))
    loggers.change(log_options(in_force.log));
  if (!certificates) return;
  // Other names are other files; files that have changed are noticed by the watch.
  if (plan.changes("tls.certificate") || plan.changes("tls.key") || plan.changes("tls.client_ca")) {
    auto material = tls::read(config::tls_files(in_force.tls), std::time(nullptr));
    if (!material) return log.error("[tls]: what was read before stays in force: ", material.error().front().str());
    certificates.emplace(config::tls_files(in_force.tls));
    server->renew(*std::move(material));
  }
}

// What was said lately fills the rings, so that who comes back finds it there, and tells what is a repeat. What was said before
// that tells what was a repeat then.
sdk::Result<> Host::State::subscribe(hub::Log which, const std::string& topic) {
  auto& source = *sources.emplace_back(std::make_unique<Source>(which, topic, *this));
  const auto from = repeats().count() == 0 ? sdk::From::latest : sdk::From::since(clock.now() - 2 * repeats());
  auto subscription = broker->subscribe(topic, from, source.feed);
  if (!subscription) return std::unexpected(subscription.error());
  source.subscription = *std::move(subscription);
  return {};
}

sdk::Result<> Host::start() {
  auto& s = *state_;
  s.loggers.server(s.server_id);
  s.log.info("chatd ", version, ", server id ", s.server_id);
  for (const auto& library : s.plugins.libraries())
    s.log.info("plugin ", library.id(), " ", library.version(), " (", library.file().string(), ")");

  const auto listen = config::parse_address(s.settings.host.listen);
  if (!listen) return std::unexpected(listen.error());
  auto broker = s.plugins.broker(s.settings.broker.plugin);
  if (!broker) return std::unexpected(broker.error());
  s.broker = s.through ? &s.through(**broker) : *broker;
  auto store = s.plugins.presence();
  if (!store) return std::unexpected(store.error());
  s.store = *store;
  auto authenticator = s.plugins.authenticator();
  if (!authenticator) return std::unexpected(authenticator.error());
  if (*authenticator && !(*authenticator)->open()) s.authenticator = *authenticator;
  if (!s.authenticator && !config::loopback(*listen))
    s.log.warning("who reaches ", s.settings.host.listen,
                  " may speak as anybody: clients are who they say they are; "
                  "docs/security.md tells how to ask them");

  if (s.authenticator && s.settings.tls.certificate.empty() && !config::loopback(*listen))
    s.log.warning("what clients show to ", s.settings.host.listen,
                  " is not encrypted: whoever sees it may speak as they; set certificate and key in [tls], or have TLS in front "
                  "(docs/security.md)");

  // The port first: a host that cannot have it should not have disturbed the broker.
  auto options = server_options(s.settings, *listen, s.server_id);
  auto encryption = s.encryption();
  if (!encryption) return std::unexpected(encryption.error());
  options.tls = *std::move(encryption);
  options.local = s.operators();
  options.authenticator = s.authenticator;
  options.metrics = &s.metrics;
  auto server = rpc::Server::open(std::move(options), *s.broker, s.clock, s.log);
  if (!server) return std::unexpected(server.error());
  s.server = *std::move(server);
  s.watch.use(*s.server);
  s.keep_presence();
  s.take_orders();
  if (auto started = s.start_plugins(); !started) return started;
  // Before the first call: nobody comes in who is banned.
  if (auto started = s.orders->start(); !started) return started;
  (void)s.orders->caught_up(std::chrono::steady_clock::now() + orders_wait);
  if (auto started = s.server->start(); !started) return started;
  if (auto lobby = s.subscribe(hub::Log::lobby, s.settings.broker.messages_topic); !lobby) return lobby;
  if (auto rooms = s.subscribe(hub::Log::rooms, s.settings.broker.rooms_topic); !rooms) return rooms;

  if (s.presence) {
    if (auto started = s.presence->start(); !started) return started;
  }

  s.log.info("broker ", s.settings.broker.plugin, ", topics ", s.settings.broker.messages_topic, " (lobby), ",
             s.settings.broker.rooms_topic, " (rooms), ", s.settings.broker.connections_topic, " (connections)");
  if (s.admin) s.log.info("admin service on ", s.server->local_address());
  s.heartbeat.emplace(*s.broker, s.log, s.clock, s.settings.broker.hosts_topic, s.server_id,
                      std::chrono::milliseconds(s.settings.host.heartbeat_ms));

  // A broker that is well says at once where its topics end; the start's end then means that messages flow.
  for (auto& source : s.sources) s.warm_up(*source, std::chrono::steady_clock::now() + feed_wait);
  s.watch_health();
  s.loggers.drain();  // who waits for the start finds all of it in the log
  return {};
}

sdk::Result<> Host::State::start_plugins() {
  const plugin::Limits limits{std::chrono::milliseconds(settings.plugins.start_timeout_ms),
                              std::chrono::milliseconds(settings.plugins.stop_timeout_ms)};
  auto started = plugins.start(loggers, clock, server_id, &metrics, &watch, limits);
  if (!started) return started;
  for (const auto& absent : plugins.absent()) log.error("the host serves without an optional plugin: ", absent.why);
  watch.plugins_started();
  server->use(plugins.filters());
  return {};
}

void Host::State::keep_presence() {
  if (!store) return;
  presence.emplace(presence::Options{server_id, settings.broker.hosts_topic, settings.broker.connections_topic,
                                     std::chrono::milliseconds(settings.host.heartbeat_ms),
                                     std::chrono::milliseconds(settings.presence.settle_ms)},
                   *broker, *store, server->announcer(), clock, log);
  server->use(*presence);
  watch.use(*presence);
  if (admin) admin->use(*presence);
}

void Host::State::take_orders() {
  orders.emplace(access::Orders::Options{server_id, settings.broker.hosts_topic, static_cast<std::size_t>(settings.admin.bans)},
                 *broker, server->inbox(), server->bouncer(), clock, log);
  server->use(*orders);
  if (admin) admin->use(*orders);
}

hub::Standing Host::State::standing() const {
  if (!presence) return {};
  const auto now = presence->standing();
  return {now.run, now.seq};
}

void Host::State::warm_up(Source& source, sdk::Deadline deadline) {
  if (source.warm || !source.feed.wait_started(deadline)) return;
  if (!source.ends) {
    auto ends = broker->extents(source.topic, std::max(deadline, std::chrono::steady_clock::now() + extents_wait));
    if (!ends) return;
    source.ends = *std::move(ends);
  }
  if (!source.feed.wait_for(*source.ends, deadline) && !nothing_left(source)) return;
  source.warm = true;
  server->warm(source.log);
}

// Offsets before an end may have no record: marks of transactions, what compaction left. No feed ever gets there.
bool Host::State::nothing_left(Source& source) {
  struct Count final : sdk::Reader {
    void take(std::span<const sdk::StoredRecord> batch) noexcept override { records += batch.size(); }
    std::size_t records = 0;
  };
  return std::ranges::all_of(*source.ends, [&](const sdk::Extent& extent) {
    const auto next = std::max(source.feed.next_offset(extent.partition), extent.begin);
    if (next >= extent.end) return true;
    Count count;
    const auto read = broker->read(source.topic, {extent.partition, next}, extent.end, 1, count,
                                   std::chrono::steady_clock::now() + extents_wait);
    return read && *read >= extent.end && count.records == 0;
  });
}

// Serving is: the broker is well, every feed came to where its log ended, and it is known who is banned.
void Host::State::watch_health() {
  const sdk::Health health = broker->health();
  if (health.ready) {
    for (auto& source : sources) warm_up(*source, std::chrono::steady_clock::now());
  }
  const bool begun = std::ranges::all_of(sources, [](auto& source) { return source->warm; });
  const bool ordered = health.ready && orders->caught_up(std::chrono::steady_clock::now());
  const bool now = health.ready && begun && ordered;
  watch.broker(health.ready, health.ready ? "" : health.text);
  watch.log_read(begun && ordered);
  if (now == serving) return;
  serving = now;
  server->serving(now);
  const std::string why = now             ? ""
                          : !health.ready ? health.text
                          : begun         ? "who is banned is still read from the broker's log"
                                          : "what was said lately is still read from the broker's log";
  if (admin) admin->serving(now, why);
  if (now)
    log.info("serving");
  else
    log.warning("not serving: ", why);
}

void Host::State::beat() {
  server->tick();
  if (serving == true) heartbeat->beat(server->streams(), standing());
}

// One after another within the window, so that the other hosts do not get all of them at once.
void Host::State::move_streams() {
  const auto begin = std::chrono::steady_clock::now();
  const auto window = std::chrono::milliseconds(in_force.host.drain_window_ms);
  const auto all = static_cast<double>(server->streams());
  std::size_t moved = 0;
  for (auto now = begin; now < begin + window && server->streams() > 0; now = std::chrono::steady_clock::now()) {
    const std::chrono::duration<double> passed = now - begin + move_interval;
    const auto due = static_cast<std::size_t>(all * std::min(passed / std::chrono::duration<double>(window), 1.0));
    if (due > moved) (void)server->move_streams(due - std::exchange(moved, due));
    beat();
    std::this_thread::sleep_for(move_interval);
  }
}

const std::string& Host::address() const noexcept { return state_->server->address(); }

std::chrono::milliseconds Host::look_interval() const {
  // Often enough for heartbeats in time.
  return std::min<std::chrono::milliseconds>(health_interval, std::chrono::milliseconds(state_->settings.host.heartbeat_ms) / 4);
}

void Host::look() {
  state_->watch_health();
  state_->watch_certificates();
  state_->beat();
}

void Host::reload() { state_->reload(); }

bool Host::told_to_drain() const noexcept { return state_->told_to_drain; }

void Host::drain() {
  auto& s = *state_;
  s.told_to_drain = true;
  s.reload_requests.close(s.server->inbox());
  if (s.admin) s.admin->draining();
  s.watch.draining();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(s.in_force.host.drain_deadline_ms);
  Patience patience(*s.broker, deadline);
  s.server->refuse_new();
  s.move_streams();
  s.server->refuse_publishes();
  // Its ticks answer publishes whose record this host does not get to read.
  const auto answered = [&](auto until) {
    s.server->tick();
    return s.server->wait_publishes(until);
  };
  if (!patience.wait(answered)) s.log.warning("publishes were still in flight when the host stopped waiting for the broker");
  // What was answered OK reaches the streams before they end.
  for (auto& source : s.sources) {
    const auto soon = std::chrono::steady_clock::now() + extents_wait;
    const auto extents = s.broker->extents(source->topic, std::min(patience.end(), soon));
    if (extents && !patience.wait([&](auto until) { return source->feed.wait_for(*extents, until); }))
      s.log.warning("messages of ", source->topic, " were still on their way when the host stopped waiting for the broker");
  }
  if (const auto cut = s.server->end_streams(deadline); cut > 0)
    s.log.warning(cut, " streams had to be cut at the drain deadline");
  if (s.presence) s.presence->finish(patience.end());
  if (s.serving == true) s.heartbeat->leave(s.server->streams(), s.standing());
  if (auto drained = s.plugins.drain(patience.end()); !drained) s.log.warning("drain: ", drained.error().text);
  s.sources.clear();
  if (s.presence) s.presence->stop();
  s.orders->stop();
  s.plugins.stop();
  s.server->stop();
  s.log.info("stopped");
}

}  // namespace chatd
