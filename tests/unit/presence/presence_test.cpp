// Several hosts' presence over one log.
#include "host/presence/presence.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "host/wire/json.hpp"
#include "plugins/identity/presence/memory_store.hpp"
#include "plugins/memory/broker.hpp"
#include "plugins/memory/options.hpp"
#include "seen.hpp"

using namespace chatd;
using namespace chatd::presence;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

bool eventually(const std::function<bool()>& met) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    if (met()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return met();
}

class SystemClock final : public sdk::Clock {
 public:
  sdk::Time now() const noexcept override { return std::chrono::system_clock::now(); }
};

class Log {
 public:
  explicit Log(const memory::Options& options = {}) {
    broker.configure(options);
    REQUIRE(broker.start({logger, clock, "test"}));
  }
  ~Log() { broker.stop(); }

  void put(std::string_view topic, std::string_view key, std::string_view value) {
    sdk::testing::RecordingCompletion done;
    REQUIRE(broker.publish(topic, {key, value, {}, clock.now()}, done));
    REQUIRE(done.wait(std::chrono::steady_clock::now() + patience).has_value());
  }

  sdk::testing::RecordingLogger logger;
  SystemClock clock;
  memory::Broker broker;
};

// What was announced, as "+alice -bob".
class Heard final : public Announcer {
 public:
  void announce(const std::string& room, const wire::PresenceChange& change) noexcept override {
    const std::lock_guard lock(mutex_);
    for (const auto& user : change.came) lines_.push_back(room + " +" + user.id + " " + std::to_string(change.users));
    for (const auto& user : change.went) lines_.push_back(room + " -" + user.id + " " + std::to_string(change.users));
  }
  Lines lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  Lines lines_;
};

class Host {
 public:
  Host(Log& log, std::string id, std::chrono::milliseconds heartbeat = 1s, std::chrono::milliseconds settle = 5s)
      : id_(std::move(id)),
        log_(log),
        presence_({id_, "hosts", "connections", heartbeat, settle}, log.broker, store_, heard_, log.clock, log.logger) {
    REQUIRE(presence_.start());
    beats_ = std::jthread([this, heartbeat](const std::stop_token& stop) {
      std::mutex mutex;
      std::condition_variable_any wake;
      std::unique_lock lock(mutex);
      while (!stop.stop_requested()) {
        const auto standing = presence_.standing();
        std::string value;
        append_json(value, wire::HostEvent{wire::HostEvent::Kind::heartbeat, id_, 0, wire::timestamp(log_.clock.now()),
                                           standing.run, standing.seq, standing.interval.count()});
        sdk::testing::RecordingCompletion done;
        if (log_.broker.publish("hosts", {id_, value, {}, log_.clock.now()}, done))
          (void)done.wait(std::chrono::steady_clock::now() + patience);
        wake.wait_for(lock, stop, heartbeat / 2, [] { return false; });
      }
    });
  }
  // As a process that was killed: it says nothing more.
  ~Host() {
    beats_.request_stop();
    beats_.join();
    presence_.stop();
  }

  void join(std::uint64_t number, const std::string& user, std::vector<std::string> rooms = {""}, bool watches = false) {
    presence_.join({number, 0, user, {}, std::move(rooms)}, watches);
  }
  void leave(std::uint64_t number) { presence_.leave(number); }

  Lines here(std::string_view room = "") const { return in_room(store_, room); }
  Lines announced() const { return heard_.lines(); }
  std::size_t servers() const { return presence_.servers().size(); }
  Presence& presence() { return presence_; }

 private:
  const std::string id_;
  Log& log_;
  identity::MemoryStore store_;
  Heard heard_;
  Presence presence_;
  std::jthread beats_;
};

}  // namespace

TEST_CASE("three hosts know who is with each of them, and who leaves") {
  Log log;
  Host a(log, "a"), b(log, "b"), c(log, "c");
  a.join(1, "alice", {"", "red"});
  b.join(1, "bob");
  c.join(1, "alice");
  const auto all = [&](const Lines& expected) {
    return eventually([&] { return a.here() == expected && b.here() == expected && c.here() == expected; });
  };
  // Of a user's servers none comes first.
  CHECK(eventually([&] {
    const auto both = [](const Host& host) {
      const auto lines = host.here();
      return lines == Lines{"alice 2 a,c", "bob 1 b"} || lines == Lines{"alice 2 c,a", "bob 1 b"};
    };
    return both(a) && both(b) && both(c);
  }));
  CHECK(eventually([&] { return b.here("red") == Lines{"alice 1 a"}; }));
  a.leave(1);
  CHECK(all({"alice 1 c", "bob 1 b"}));
  CHECK(b.here("red").empty());
}

TEST_CASE("a host that starts late asks, and knows all, whatever the topic still has") {
  memory::Options short_memory;
  short_memory.retention_messages = 50;
  Log log(short_memory);
  Host a(log, "a", 1h), b(log, "b", 1h);
  for (std::uint64_t i = 1; i <= 100; ++i) a.join(i, "a" + std::to_string(100 + i));
  b.join(1, "bob");
  log.put(
      "connections", "carol", R"({"user_id":"carol","server_id":"go-1","connected":true,"timestamp":")" + [&] {
        std::string now;
        wire::append_rfc3339(now, wire::timestamp(log.clock.now()));
        return now;
      }() + "\"}");
  REQUIRE(eventually([&] { return a.here().size() == 102 && b.here().size() == 102; }));
  for (int i = 0; i < 50; ++i) log.put("connections", "nobody", "nothing");  // all that the topic still has
  const Host late(log, "late", 1h);
  CHECK(eventually([&] { return late.here().size() == 102; }));
  CHECK(late.here() == a.here());
  CHECK(eventually([&] { return late.servers() == 4; }));
}

TEST_CASE("a host that dies takes exactly its users with it, and one that restarts brings its own") {
  Log log;
  Host a(log, "a");
  auto b = std::make_unique<Host>(log, "b");
  a.join(1, "alice");
  b->join(1, "bob");
  b->join(2, "alice");
  REQUIRE(eventually([&] { return a.here().size() == 2; }));
  b.reset();
  CHECK(eventually([&] { return a.here() == Lines{"alice 1 a"}; }));
  CHECK(eventually([&] { return a.servers() == 1; }));
  b = std::make_unique<Host>(log, "b");
  b->join(1, "carol");
  CHECK(eventually([&] { return a.here() == Lines{"alice 1 a", "carol 1 b"}; }));
  CHECK(eventually([&] { return b->here() == a.here(); }));
}

TEST_CASE("publishes that fail lose nobody") {
  memory::Options failing;
  failing.inject_failure_every = 3;
  Log log(failing);
  Host a(log, "a");
  const Host b(log, "b");
  for (std::uint64_t i = 1; i <= 20; ++i) {
    a.join(i, "u" + std::to_string(i));
    if (i % 2 == 0) a.leave(i / 2);
  }
  CHECK(eventually([&] { return !a.here().empty() && a.here() == b.here() && b.here().size() == 10; }));
}

TEST_CASE("who watches is told of others' coming and going on any host") {
  Log log;
  Host a(log, "a", 1s, 50ms), b(log, "b", 1s, 50ms);
  b.join(1, "early");
  REQUIRE(eventually([&] { return a.here().size() == 1; }));
  a.join(1, "watcher", {""}, true);
  b.join(2, "bob");
  CHECK(eventually([&] { return a.announced() == Lines{" +bob 3"}; }));
  b.leave(1);
  CHECK(eventually([&] { return a.announced() == Lines{" +bob 3", " -early 2"}; }));
  CHECK(b.announced().empty());
}

TEST_CASE("who watches is not told of a break") {
  Log log;
  Host a(log, "a", 1s, 1h), b(log, "b", 1s, 1h);
  b.join(1, "bob");
  REQUIRE(eventually([&] { return a.here().size() == 1; }));
  a.join(1, "watcher", {""}, true);
  b.leave(1);
  CHECK(eventually([&] { return a.here() == Lines{"watcher 1 a"}; }));
  b.join(2, "bob");
  b.join(3, "last");
  CHECK(eventually([&] { return a.announced().size() == 1; }));
  CHECK(a.announced() == Lines{" +last 3"});
}

TEST_CASE("what was not said yet is said before a host ends, and nothing after") {
  Log log;
  Host a(log, "a"), b(log, "b");
  // When b knows a, changes are enough; a would not answer it any more.
  a.join(1, "alice");
  REQUIRE(eventually([&] { return b.here() == Lines{"alice 1 a"}; }));
  a.join(2, "bob");
  a.presence().finish(std::chrono::steady_clock::now() + patience);
  a.join(3, "late");
  const Lines said{"alice 1 a", "bob 1 a"};
  CHECK(eventually([&] { return b.here() == said; }));
  CHECK(eventually([&] { return a.here().size() == 3; }));
  CHECK(b.here() == said);
}

TEST_CASE("bad records are skipped and said once") {
  Log log;
  const Host a(log, "a");
  Host b(log, "b");
  for (int i = 0; i < 3; ++i) log.put("hosts", "x", "no JSON");
  b.join(1, "bob");
  CHECK(eventually([&] { return a.here() == Lines{"bob 1 b"}; }));
  std::size_t said = 0;
  for (const auto& line : log.logger.lines())
    said += line.text.find("skipped a record that says nothing of presence: hosts[") == 0;
  CHECK(said == 2);  // by each host
}

TEST_CASE("churn leaves no ghosts and loses nobody") {
  Log log;
  std::vector<std::unique_ptr<Host>> hosts;
  for (const auto* id : {"a", "b", "c"}) hosts.push_back(std::make_unique<Host>(log, id));
  std::vector<std::set<std::uint64_t>> open(3);
  std::uint64_t next = 1;
  for (int step = 0; step < 3'000; ++step) {
    const auto at = static_cast<std::size_t>(step * 7 % 3);
    if (open[at].size() > 10 || (step % 3 == 0 && !open[at].empty())) {
      const auto number = *open[at].begin();
      hosts[at]->leave(number);
      open[at].erase(number);
    } else {
      hosts[at]->join(next, "user" + std::to_string(next % 17));
      open[at].insert(next++);
    }
  }
  std::map<std::string, std::size_t> expected;
  for (const auto& numbers : open) {
    for (const auto number : numbers) ++expected["user" + std::to_string(number % 17)];
  }
  Lines counts;
  for (const auto& [user, count] : expected) counts.push_back(user + " " + std::to_string(count));
  const auto is_so = [&](const Host& host) {
    Lines seen;
    for (const auto& line : host.here()) seen.push_back(line.substr(0, line.rfind(' ')));
    return seen == counts;
  };
  CHECK(eventually([&] { return is_so(*hosts[0]) && is_so(*hosts[1]) && is_so(*hosts[2]); }));
}
