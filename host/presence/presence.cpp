#include "host/presence/presence.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include <pthread.h>

#include "chatd/sdk/text.hpp"
#include "host/hub/tally.hpp"
#include "host/presence/ears.hpp"
#include "host/presence/inbox.hpp"
#include "host/presence/ledger.hpp"
#include "host/presence/notices.hpp"
#include "host/presence/old_servers.hpp"
#include "host/presence/own.hpp"

namespace chatd::presence {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = wire::HostRecord::Kind;

constexpr auto look_interval = 250ms;
constexpr auto retry = 1s;
constexpr std::size_t most_old_in_record = 1'000;

// Later processes of a host have later ones.
std::uint64_t run_of(sdk::Time now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 1));
}

}  // namespace

struct Presence::State {
  enum class What : std::uint8_t { own, ask_all, other };

  // A record of ours until the broker has answered.
  class Sent final : public sdk::Completion {
   public:
    Sent(Inbox& inbox, std::uint64_t its_number, What its_what, std::string its_value)
        : number(its_number), what(its_what), value(std::move(its_value)), inbox_(inbox) {}
    void done(sdk::Result<sdk::Position> result) noexcept override { inbox_.put(Answer{number, result.has_value()}); }

    const std::uint64_t number;
    const What what;
    const std::string value;

   private:
    Inbox& inbox_;
  };

  State(Options given, sdk::Broker& its_broker, sdk::PresenceStore& its_store, Announcer& its_announcer,
        const sdk::Clock& its_clock, sdk::Logger& its_log)
      : options(std::move(given)),
        broker(its_broker),
        store(its_store),
        announcer(its_announcer),
        clock(its_clock),
        log(its_log),
        run(run_of(clock.now())),
        notices(options.settle),
        ledger(store, notices),
        peers(ledger, options.heartbeat),
        old_servers(ledger),
        own(ledger, options.server_id, run),
        settle(options.settle),
        hosts_ear(options.hosts_topic, inbox, log),
        connections_ear(options.connections_topic, inbox, log) {}

  void loop(std::stop_token stop);
  [[nodiscard]] sdk::Deadline next(sdk::Deadline now) const;
  void hear(Inbox::Contents& contents, sdk::Deadline now);
  void hear(wire::HostRecord&& record, sdk::Deadline now);
  void hear(const Answer& answer, sdk::Deadline now);
  void look(sdk::Deadline now);
  void say(sdk::Deadline now);
  void say_others();
  void ask(const std::string& of, What what);
  bool publish(const wire::HostRecord& record, What what);
  void tell(sdk::Deadline now);
  void list(sdk::Deadline now);

  const Options options;
  sdk::Broker& broker;
  sdk::PresenceStore& store;
  Announcer& announcer;
  const sdk::Clock& clock;
  sdk::Logger& log;
  const std::uint64_t run;

  Inbox inbox;
  // The thread's.
  Notices notices;
  Ledger ledger;
  Peers peers;
  OldServers old_servers;
  Own own;
  std::unordered_map<std::uint64_t, std::unique_ptr<Sent>> sent;
  std::uint64_t next_record = 1;
  std::size_t own_unanswered = 0;
  bool own_failed = false;
  std::optional<sdk::Deadline> ask_all_due = sdk::Deadline{};
  std::optional<sdk::Deadline> others_due;
  sdk::Deadline heard_self{};
  sdk::Deadline look_due{};
  std::uint64_t said_left_out = 0;
  bool said_twin = false;
  bool said_failed = false;

  std::atomic<std::chrono::milliseconds> settle;
  std::atomic<std::uint64_t> seq = 0;
  hub::Tally local_events;   // clients of this host that came or went
  hub::Tally other_events;   // records of other hosts
  hub::Tally told_notices;   // to the streams of this host
  hub::Tally no_place;       // connections that were left out
  mutable std::mutex mutex;  // of what follows
  std::condition_variable finished;
  std::vector<ServerInfo> servers;
  bool finishing = false;  // say at once what is to be said
  bool mute = false;       // say nothing more

  HostsEar hosts_ear;
  ConnectionsEar connections_ear;
  std::unique_ptr<sdk::Subscription> hosts, connections;
  std::jthread thread;  // last: it uses the rest
};

Presence::Presence(Options options, sdk::Broker& broker, sdk::PresenceStore& store, Announcer& announcer, const sdk::Clock& clock,
                   sdk::Logger& log)
    : state_(std::make_unique<State>(std::move(options), broker, store, announcer, clock, log)) {}

Presence::~Presence() { stop(); }

sdk::Result<> Presence::start() {
  auto& s = *state_;
  auto hosts = s.broker.subscribe(s.options.hosts_topic, sdk::From::latest, s.hosts_ear);
  if (!hosts) return std::unexpected(hosts.error());
  // What was said before that, old servers' silence has ended.
  auto connections =
      s.broker.subscribe(s.options.connections_topic, sdk::From::since(s.clock.now() - OldServers::silence), s.connections_ear);
  if (!connections) return std::unexpected(connections.error());
  s.hosts = *std::move(hosts);
  s.connections = *std::move(connections);
  s.heard_self = Clock::now();
  s.list(s.heard_self);
  s.thread = std::jthread([&s](std::stop_token stop) {
    pthread_setname_np(pthread_self(), "chatd-presence");
    s.loop(std::move(stop));
  });
  return {};
}

void Presence::join(wire::HostConnection connection, bool watches) {
  state_->inbox.put(LocalEvent{std::move(connection), true, watches});
}

void Presence::leave(std::uint64_t connection) {
  LocalEvent event;
  event.connection.number = connection;
  state_->inbox.put(std::move(event));
}

void Presence::settle(std::chrono::milliseconds settle) noexcept { state_->settle = settle; }

const sdk::PresenceStore& Presence::store() const noexcept { return state_->store; }

std::vector<ServerInfo> Presence::servers() const {
  const std::lock_guard lock(state_->mutex);
  return state_->servers;
}

Standing Presence::standing() const noexcept { return {state_->run, state_->seq, state_->options.heartbeat}; }

void Presence::collect(sdk::MetricSink& sink) const {
  const auto& s = *state_;
  const auto counts = s.store.counts();
  sink.gauge("chatd_presence_users", "Users that are here, on all hosts", static_cast<double>(counts.users));
  sink.gauge("chatd_presence_connections", "Connections of users, on all hosts", static_cast<double>(counts.connections));
  double hosts = 0;
  double old = 0;
  for (const auto& server : servers()) (server.heartbeats ? hosts : old) += 1;
  const std::string_view known = "Hosts that are known, this one too; old servers send no heartbeats";
  sink.gauge("chatd_presence_hosts", known, hosts, {{"kind", "chatd"}});
  sink.gauge("chatd_presence_hosts", known, old, {{"kind", "old"}});
  const auto number = [](const hub::Tally& tally) { return static_cast<double>(tally.value()); };
  const std::string_view events = "What was heard of who comes and goes, clients here and records of all hosts";
  sink.counter("chatd_presence_events_total", events, number(s.local_events), {{"from", "clients"}});
  sink.counter("chatd_presence_events_total", events, number(s.other_events), {{"from", "hosts"}});
  sink.counter("chatd_presence_notices_total", "Notices of who came and went, by room", number(s.told_notices));
  sink.counter("chatd_presence_left_out_total", "Connections that presence had no place for", number(s.no_place));
}

void Presence::finish(sdk::Deadline deadline) {
  auto& s = *state_;
  {
    std::unique_lock lock(s.mutex);
    s.finishing = true;
    s.inbox.wake();
    if (s.thread.joinable()) s.finished.wait_until(lock, deadline, [&s] { return s.mute; });
    s.mute = true;
  }
}

void Presence::stop() noexcept {
  auto& s = *state_;
  s.thread.request_stop();
  s.inbox.close();
  s.hosts.reset();
  s.connections.reset();
  if (s.thread.joinable()) s.thread.join();
}

void Presence::State::loop(std::stop_token stop) {
  Inbox::Contents contents;
  while (!stop.stop_requested()) {
    inbox.take(contents, next(Clock::now()));
    notices.settle(settle);
    const auto now = Clock::now();
    const bool heard = !contents.records.empty() || !contents.events.empty();
    hear(contents, now);
    if (now >= look_due) look(now);
    say(now);
    tell(now);
    if (heard || look_due == now + look_interval) list(now);
  }
}

sdk::Deadline Presence::State::next(sdk::Deadline now) const {
  auto soonest = std::max(look_due, now);
  for (const auto& time : {own.next(), notices.next(), others_due}) {
    if (time) soonest = std::min(soonest, *time);
  }
  return soonest;
}

void Presence::State::hear(Inbox::Contents& contents, sdk::Deadline now) {
  local_events.add(contents.local.size());
  other_events.add(contents.records.size() + contents.events.size());
  for (auto& [connection, came, watches] : contents.local) {
    const auto number = connection.number;
    if (!came) {
      own.leave(number, now);
      notices.unwatch(number);
      continue;
    }
    // It is told of those who come after it.
    auto rooms = connection.rooms;
    own.join(std::move(connection), now);
    if (watches) notices.watch(number, std::move(rooms));
  }
  for (const auto& answer : contents.answers) hear(answer, now);
  for (auto& record : contents.records) hear(std::move(record), now);
  const auto wall = clock.now();
  for (const auto& event : contents.events) {
    if (event.server_id != options.server_id && !peers.knows(event.server_id)) old_servers.hear(event, wall, now);
  }
}

void Presence::State::hear(wire::HostRecord&& record, sdk::Deadline now) {
  if (record.server_id == options.server_id) {
    if (record.run == run) heard_self = now;
    if (record.run > run && !std::exchange(said_twin, true))
      log.warning("another host has this host's id, ", options.server_id, "; give each its own host.server_id");
    return;
  }
  if (record.kind == Kind::ask && (record.of.empty() || record.of == options.server_id)) {
    own.asked(now);
    if (!others_due) others_due = now + Own::before_snapshot;
  }
  if (record.kind == Kind::others) old_servers.hear(record.old, clock.now(), now);
  peers.hear(std::move(record), now);
}

void Presence::State::hear(const Answer& answer, sdk::Deadline now) {
  const auto record = sent.extract(answer.record);
  switch (record.mapped()->what) {
    case What::own:
      if (!answer.ok) own_failed = true;
      if (--own_unanswered > 0) return;
      own.answered(!std::exchange(own_failed, false), now);
      seq = own.seq();
      break;
    case What::ask_all:
      if (!answer.ok) ask_all_due = now + retry;
      break;
    case What::other:
      break;
  }
}

void Presence::State::look(sdk::Deadline now) {
  look_due = now + look_interval;
  const bool deaf = !broker.health().ready || now - heard_self > options.heartbeat * 3 / 2 + 500ms;
  peers.look(now, deaf);
  old_servers.look(clock.now(), now);
  ledger.expire(now);
  if (ledger.left_out() == said_left_out) return;
  no_place.set(ledger.left_out());
  log.warning("presence has no place for ", ledger.left_out() - std::exchange(said_left_out, ledger.left_out()),
              " connections; they are not seen in any room");
}

void Presence::State::say(sdk::Deadline now) {
  bool hurry = false;
  {
    const std::lock_guard lock(mutex);
    if (mute) return;
    hurry = finishing;
  }
  const auto records = own.say(hurry ? std::max(now, now + Own::after_failure) : now);
  // All of them, even after one has failed: each is answered once.
  own_unanswered += records.size();
  for (const auto& record : records) {
    if (publish(record, What::own)) continue;
    inbox.put(Answer{next_record - 1, false});
  }
  if (hurry && own.quiet()) {
    const std::lock_guard lock(mutex);
    mute = true;
    finished.notify_all();
    return;
  }
  if (ask_all_due && *ask_all_due <= now && hosts_ear.started()) {
    ask_all_due.reset();
    ask({}, What::ask_all);
  }
  if (others_due && *others_due <= now) {
    others_due.reset();
    say_others();
  }
  for (const auto& server_id : peers.to_ask(now)) ask(server_id, What::other);
}

void Presence::State::ask(const std::string& of, What what) {
  wire::HostRecord record;
  record.kind = Kind::ask;
  record.server_id = options.server_id;
  record.run = run;
  record.of = of;
  if (!publish(record, what)) inbox.put(Answer{next_record - 1, false});
}

// What only those know who were there.
void Presence::State::say_others() {
  const auto users = old_servers.users();
  for (std::size_t i = 0; i < users.size(); i += most_old_in_record) {
    wire::HostRecord record;
    record.kind = Kind::others;
    record.server_id = options.server_id;
    record.run = run;
    const auto end = std::min(users.size(), i + most_old_in_record);
    record.old.assign(users.begin() + static_cast<std::ptrdiff_t>(i), users.begin() + static_cast<std::ptrdiff_t>(end));
    if (!publish(record, What::other)) inbox.put(Answer{next_record - 1, false});
  }
}

bool Presence::State::publish(const wire::HostRecord& record, What what) {
  std::string value;
  append_json(value, record);
  const auto number = next_record++;
  auto& one = *sent.emplace(number, std::make_unique<Sent>(inbox, number, what, std::move(value))).first->second;
  const auto accepted = broker.publish(options.hosts_topic, {options.server_id, one.value, {}, clock.now()}, one);
  if (accepted) {
    said_failed = false;
  } else if (!std::exchange(said_failed, true)) {
    log.warning("presence not published to ", options.hosts_topic, ": ", sdk::name(accepted.error().code), ": ",
                accepted.error().text, " (said once until it is)");
  }
  return accepted.has_value();
}

void Presence::State::tell(sdk::Deadline now) {
  for (auto& [room, change] : notices.due(now)) {
    change.users = store.room_counts(room).users;
    announcer.announce(room, change);
    told_notices.add();
  }
}

void Presence::State::list(sdk::Deadline now) {
  auto all = peers.servers();
  std::ranges::move(old_servers.servers(clock.now(), now), std::back_inserter(all));
  all.push_back({.server_id = options.server_id, .self = true, .heard = now});
  std::ranges::sort(all, {}, &ServerInfo::server_id);
  const std::lock_guard lock(mutex);
  servers.swap(all);
}

}  // namespace chatd::presence
