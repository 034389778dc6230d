// Kicks and bans of several hosts over one log.
#include "host/access/orders.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <thread>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "plugins/memory/broker.hpp"
#include "plugins/memory/options.hpp"
#include "porter.hpp"

using namespace chatd;
using namespace chatd::access;
using namespace std::chrono_literals;
using Of = Ban::Of;
using Lines = std::vector<std::string>;

namespace {

constexpr auto patience = 20s;

class Log {
 public:
  explicit Log(memory::Options options = {}) {
    broker.configure(options);
    REQUIRE(broker.start({logger, clock, "test"}));
  }
  ~Log() { broker.stop(); }

  void put(const std::string& value, bool order = true) {
    const std::array headers{sdk::Header{wire::orders_header, "1"}};
    sdk::testing::RecordingCompletion done;
    REQUIRE(broker.publish("hosts", {"x", value, std::span(headers).first(order ? 1 : 0), clock.now()}, done));
    REQUIRE(done.wait(std::chrono::steady_clock::now() + patience).has_value());
  }
  std::size_t records() {
    const auto extents = broker.extents("hosts", std::chrono::steady_clock::now() + patience);
    REQUIRE(extents);
    std::size_t count = 0;
    for (const auto& extent : *extents) count += static_cast<std::size_t>(extent.end - extent.begin);
    return count;
  }

  sdk::testing::RecordingLogger logger;
  sdk::testing::ManualClock clock;
  memory::Broker broker;
};

// A host without streams, whose queue is the test's own thread.
class Host final : private Bouncer {
 public:
  explicit Host(Log& log, const std::string& id, std::size_t most = 10)
      : log_(log), orders({id, "hosts", most}, log.broker, bed_.inbox, *this, log.clock, log.logger) {
    REQUIRE(orders.start());
    REQUIRE(orders.caught_up(std::chrono::steady_clock::now() + patience));
    bed_.run();
  }

  bool eventually(const std::function<bool()>& met) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      bed_.run();
      if (met()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }
  bool bans(const std::string& user) { return !orders.bans().check(user, {}, log_.clock.now()); }
  // Until the order is in the log, or is not.
  Orders::Told told() {
    answer.reset();
    return [this](const sdk::Result<>& result) noexcept { answer = result ? "ok" : result.error().text; };
  }
  std::string outcome() {
    CHECK(eventually([&] { return answer.has_value(); }));
    return answer.value_or("");
  }
  void run() { bed_.run(); }

  std::optional<std::string> answer;
  Lines put_out_;
  std::size_t streams = 1;  // that any order ends

 private:
  std::size_t put_out(Of of, const std::string& id, const sdk::Error& why) noexcept override {
    put_out_.push_back((of == Of::user ? "user " : "token ") + id + ": " + why.text);
    return streams;
  }
  std::size_t put_out(std::uint64_t connection, const sdk::Error& why) noexcept override {
    put_out_.push_back(std::to_string(connection) + ": " + why.text);
    return streams;
  }

  Log& log_;
  test::Bed bed_;

 public:
  Orders orders;  // last: it uses the rest
};

}  // namespace

TEST_CASE("a ban is followed here at once, and on the others when they read it") {
  Log log;
  Host a(log, "a"), b(log, "b");
  const auto banned = a.orders.ban(Of::user, "mallory", 1h, "spam", a.told());
  REQUIRE(banned);
  CHECK(banned->ended == 1);
  CHECK(a.bans("mallory"));
  CHECK(a.put_out_ == Lines{"user mallory: you are banned until 2027-01-15T09:00:00Z: spam"});
  CHECK(a.outcome() == "ok");
  CHECK(b.eventually([&] { return b.bans("mallory"); }));
  CHECK(b.put_out_ == a.put_out_);
  CHECK_FALSE(b.bans("alice"));

  CHECK(b.orders.ban(Of::token, "t1", std::nullopt, {}, {}));
  CHECK(a.eventually([&] { return !a.orders.bans().check("alice", "t1", log.clock.now()); }));
  CHECK(a.put_out_.back() == "token t1: your token is banned");

  const auto lifted = b.orders.lift(Of::user, "mallory", b.told());
  REQUIRE(lifted);
  CHECK(lifted->reason == "spam");
  CHECK_FALSE(b.bans("mallory"));
  CHECK(b.outcome() == "ok");
  CHECK(a.eventually([&] { return !a.bans("mallory"); }));
  CHECK(b.put_out_.size() == 2);  // nobody is put out by that
}

TEST_CASE("what is not banned cannot be lifted") {
  Log log;
  Host a(log, "a");
  const auto nothing = a.orders.lift(Of::user, "alice", a.told());
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == sdk::Code::not_found);
  CHECK(nothing.error().text == "the user \"alice\" is not banned");
  CHECK(a.orders.ban(Of::user, "alice", 1s, {}, {}));
  log.clock.advance(1s);
  CHECK_FALSE(a.orders.lift(Of::user, "alice", {}));
}

TEST_CASE("a host whose clock is behind can lift what another banned") {
  Log log;
  Host a(log, "a"), b(log, "b");
  log.clock.advance(1h);
  REQUIRE(a.orders.ban(Of::user, "mallory", std::nullopt, {}, {}));
  REQUIRE(b.eventually([&] { return b.bans("mallory"); }));
  log.clock.advance(-1h);
  REQUIRE(b.orders.lift(Of::user, "mallory", {}));
  CHECK_FALSE(b.bans("mallory"));
  CHECK(a.eventually([&] { return !a.bans("mallory"); }));
}

TEST_CASE("a host that starts knows before its first call who is banned and who is not any more") {
  Log log;
  std::optional<Host> a(std::in_place, log, "a");
  REQUIRE(a->orders.ban(Of::user, "mallory", std::nullopt, {}, {}));
  REQUIRE(a->orders.ban(Of::user, "alice", std::nullopt, {}, {}));
  REQUIRE(a->orders.lift(Of::user, "alice", a->told()));
  REQUIRE(a->outcome() == "ok");
  a.reset();  // nobody is left who could be asked
  log.clock.advance(Orders::looks_back - 1min);
  Host b(log, "b");
  CHECK(b.bans("mallory"));
  CHECK_FALSE(b.bans("alice"));
}

TEST_CASE("what is in force is said again in time for hosts that start later, by one host") {
  Log log;
  Host a(log, "a"), b(log, "b");
  REQUIRE(a.orders.ban(Of::user, "mallory", std::nullopt, {}, a.told()));
  REQUIRE(a.outcome() == "ok");
  REQUIRE(b.eventually([&] { return b.bans("mallory"); }));
  const auto before = log.records();
  const auto now = std::chrono::steady_clock::now();
  a.orders.tick(now + 1min);
  a.run();
  CHECK(log.records() == before);
  log.clock.advance(11min);
  a.orders.tick(now + 12min);
  CHECK(a.eventually([&] { return log.records() == before + 1; }));
  a.orders.tick(now + 13min);
  a.run();
  CHECK(log.records() == before + 1);
  log.clock.advance(25min);
  CHECK(Host(log, "c").bans("mallory"));
}

TEST_CASE("an order that the broker does not take is followed here, and a ban is said when it does") {
  memory::Options options;
  options.inject_failure_every = 2;
  Log log(options);
  Host a(log, "a");
  REQUIRE(a.orders.ban(Of::user, "oscar", std::nullopt, {}, a.told()));
  REQUIRE(a.outcome() == "ok");
  REQUIRE(a.orders.ban(Of::user, "mallory", std::nullopt, {}, a.told()));
  CHECK_FALSE(a.outcome() == "ok");
  CHECK(a.bans("mallory"));
  CHECK(log.records() == 1);
  CHECK(log.logger.lines().back().text.starts_with("an order is not in hosts: UNAVAILABLE: "));
  a.orders.tick(std::chrono::steady_clock::now());
  CHECK(a.eventually([&] { return log.records() == 2; }));
  CHECK(Host(log, "b").bans("mallory"));
}

TEST_CASE("a kick ends streams on all hosts once, and is not repeated for hosts that start later") {
  Log log;
  Host a(log, "a"), b(log, "b");
  CHECK(a.orders.kick(wire::Ban::Of::user, "alice", "calm down", a.told()) == 1);
  CHECK(a.outcome() == "ok");
  const Lines kicked{"user alice: an operator ended this stream: calm down"};
  CHECK(b.eventually([&] { return b.put_out_ == kicked; }));
  CHECK(a.put_out_ == kicked);  // its own record ends nothing twice
  CHECK_FALSE(b.bans("alice"));
  log.clock.advance(2min);
  Host c(log, "c");
  CHECK(c.put_out_.empty());
}

TEST_CASE("a kick of a token ends its streams on all hosts, and not those of a user who is called so") {
  Log log;
  Host a(log, "a"), b(log, "b");
  CHECK(a.orders.kick(wire::Ban::Of::token, "t1", {}, a.told()) == 1);
  CHECK(a.outcome() == "ok");
  const Lines kicked{"token t1: an operator ended this stream"};
  CHECK(b.eventually([&] { return b.put_out_ == kicked; }));
  CHECK(a.put_out_ == kicked);
}

TEST_CASE("a connection is kicked on its own host") {
  Log log;
  Host a(log, "a"), b(log, "b"), c(log, "c");
  CHECK(a.orders.kick("", 7, {}, a.told()) == 1U);
  CHECK(a.outcome() == "ok");
  CHECK(a.put_out_ == Lines{"7: an operator ended this stream"});
  CHECK(a.orders.kick("b", 8, {}, a.told()) == 0U);
  CHECK(a.outcome() == "ok");
  CHECK(b.eventually([&] { return b.put_out_ == Lines{"8: an operator ended this stream"}; }));
  CHECK(a.orders.kick("c", 9, {}, a.told()) == 0U);
  CHECK(c.eventually([&] { return c.put_out_ == Lines{"9: an operator ended this stream"}; }));
  CHECK(b.put_out_.size() == 1);
  a.streams = 0;
  const auto nobody = a.orders.kick("a", 10, {}, a.told());
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().text == "this host, a, has no stream 10");
}

TEST_CASE("a full list refuses new bans, and says so of others' ones") {
  Log log;
  Host a(log, "a", 1), b(log, "b");
  REQUIRE(a.orders.ban(Of::user, "x", std::nullopt, {}, {}));
  const auto full = a.orders.ban(Of::user, "y", std::nullopt, {}, {});
  REQUIRE_FALSE(full);
  CHECK(full.error().code == sdk::Code::resource_exhausted);
  REQUIRE(b.orders.ban(Of::user, "z", std::nullopt, {}, {}));
  CHECK(a.eventually([&] { return !log.logger.lines().empty(); }));
  CHECK(log.logger.lines().back().text.find("admin.bans is 1") != std::string::npos);
  CHECK_FALSE(a.bans("z"));
}

TEST_CASE("rubbish in the topic is skipped, and what stands beside it is followed") {
  Log log;
  Host a(log, "a");
  log.put("{");
  log.put(R"({"kind":"bans","server_id":"x","bans":[["user","early",9000000000000,0,""]]})");  // beyond any clock
  log.put(R"({"kind":"bans","server_id":"x","bans":[["user","unmarked",1800000000000,0,""]]})", false);
  log.put(R"({"kind":"heartbeat","server_id":"x"})");
  log.put(R"({"kind":"bans","server_id":"x","bans":[["user","mallory",1800000000000,0,"",1]]})");
  log.put(R"({"kind":"bans","server_id":"x","more":[],"bans":[["user","mallory",1800000000000,0,""]]})");
  CHECK(a.eventually([&] { return a.bans("mallory"); }));
  CHECK_FALSE(a.bans("early"));
  CHECK_FALSE(a.bans("unmarked"));
  CHECK(log.logger.lines().size() == 1);
}
