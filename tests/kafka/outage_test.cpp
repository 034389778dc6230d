// Brokers that go and come back.
#include <algorithm>
#include <csignal>
#include <iterator>
#include <set>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"
#include "sanitizer.hpp"

using namespace chatd::testing;
using grpc::StatusCode;

TEST_CASE("one broker is killed under traffic: service goes on, and nothing answered OK is lost or repeated") {
  const Chat chat;
  const auto first = chat.host();
  const auto second = chat.host();
  Listener left(first->address(), hello("left"));
  Listener right(second->address(), hello("right"));
  Outage outage;
  Traffic traffic({first->address(), second->address()}, 8, 200);
  REQUIRE(eventually([&] { return traffic.ok() >= 100; }));
  outage.kill(2);
  const auto at_kill = traffic.ok();
  REQUIRE(within(kafka_patience, [&] { return traffic.ok() >= at_kill + 200; }));
  outage.start_all();
  const auto at_restart = traffic.ok();
  REQUIRE(within(kafka_patience, [&] { return traffic.ok() >= at_restart + 200; }));
  const auto ok = traffic.stop();
  CHECK(violation(left, ok) == "");
  CHECK(violation(right, ok) == "");
}

TEST_CASE("a broker hangs under more than hosts can keep: their memory is bounded, and what was answered OK is delivered once") {
  const Chat chat(1);
  const std::vector<std::string> small{"plugins.kafka.queue_bytes=8388608", "plugins.kafka.fetch_queue_bytes=4194304",
                                       "hub.ring_bytes=67108864"};  // no reader is to fall behind
  constexpr std::size_t content_bytes = 16'000;
  const auto first = chat.host(small);
  const auto second = chat.host(small);
  const std::vector<std::string> addresses{first->address(), second->address()};
  Listener left(first->address(), hello("left"));
  Listener right(second->address(), hello("right"));
  Traffic traffic(addresses, 8, 200);
  REQUIRE(eventually([&] { return traffic.ok() >= 200; }));
  const auto resident = std::max(first->resident_bytes(), second->resident_bytes());

  Outage outage;
  outage.pause(chat.messages.leader(0));
  std::size_t most = 0;
  const auto look = [&] { most = std::max({most, first->resident_bytes(), second->resident_bytes()}); };
  Flood flood(addresses, content_bytes, 5'000);  // most of it is sent before another broker leads
  CHECK(within(kafka_patience, [&] { return look(), flood.sent() >= 15'000; }));
  auto ok = flood.stop();
  const auto hanging = traffic.ok();
  CHECK(within(kafka_patience, [&] { return look(), traffic.ok() >= hanging + 200; }));
  outage.resume_all();
  const auto resumed = traffic.ok();
  CHECK(within(kafka_patience, [&] { return look(), traffic.ok() >= resumed + 200; }));
  std::ranges::copy(traffic.stop(), std::back_inserter(ok));
  INFO(ok.size() << " OK, " << flood.refused() << " refused; resident: " << resident << " bytes, then " << most);
  INFO("the first host said:\n" << first->log());
  INFO("the second host said:\n" << second->log());
  CHECK(flood.refused() > 0);
  CHECK(violation(left, ok) == "");
  CHECK(violation(right, ok) == "");
  if (!address_sanitizer) CHECK(most < resident + ok.size() * content_bytes + 64'000'000);  // the first are the ring's
}

TEST_CASE("no broker runs: hosts say NOT_SERVING, refuse publishes, keep their streams, and recover by themselves") {
  const Chat chat;
  const auto host = chat.host();
  Listener listener(host->address(), hello("alice"));
  Chatter chatter(host->address());
  chatter.say("bob", "before");
  REQUIRE(listener.wait_for(1).size() == 1);
  const auto resident = host->resident_bytes();

  Outage outage;
  outage.kill_all();
  CHECK(within(kafka_patience, [&] { return !serves(*host); }));
  REQUIRE(
      within(kafka_patience, [&] { return chatter.publish(message("bob", "lost")).error_code() == StatusCode::UNAVAILABLE; }));
  // Refused at once, and nothing piles up.
  for (int i = 0; i < 2'000; ++i)
    CHECK(chatter.publish(message("bob", std::string(10'000, 'x'))).error_code() == StatusCode::UNAVAILABLE);
  if (!address_sanitizer) CHECK(host->resident_bytes() < resident + 32'000'000);

  HostOptions late;
  late.set = chat.settings();
  HostProcess started_without(late);
  CHECK_FALSE(serves(started_without));
  CHECK(started_without.log().find("not serving: kafka: brokers ") != std::string::npos);
  CHECK(Chatter(started_without.address()).publish(message("bob", "lost")).error_code() == StatusCode::UNAVAILABLE);

  outage.start_all();
  CHECK(within(kafka_patience, [&] { return serves(*host) && serves(started_without); }));
  Listener other(started_without.address(), hello("carol"));
  chatter.say("bob", "after");
  CHECK(Chatter(started_without.address()).publish(message("dave", "from the other")).ok());
  CHECK(other.wait_for(2).size() == 2);
  const auto seen = listener.wait_for_contents(3);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0] == "before");
  CHECK(std::set<std::string>(seen.begin() + 1, seen.end()) == std::set<std::string>{"after", "from the other"});
  // It said so without flooding.
  const auto log = started_without.log();
  CHECK(std::ranges::count(log, '\n') < 40);
}

TEST_CASE("a host can be stopped while no broker answers, long before its drain deadline, and says what it could not publish") {
  const Chat chat;
  const auto host = chat.host({"host.drain_deadline_ms=600000", "plugins.kafka.message_timeout_ms=300000"});
  Listener listener(host->address(), hello("alice"));
  REQUIRE(within(kafka_patience, [&] { return chat.connections.records().size() == 1; }));
  Outage outage;
  outage.pause_all();
  // The host does not know yet: it hands these to brokers that never answer.
  Listener late(host->address(), hello("bob")), later(host->address(), hello("carol"));
  REQUIRE(within(kafka_patience, [&] { return !serves(*host); }));
  host->signal(SIGTERM);
  const int status = host->wait();
  INFO("the host said:\n" << host->log());
  CHECK(status == 0);
  CHECK(host->log().find("publishes are not answered yet (brokers ") != std::string::npos);
  CHECK(host->log().find("connection events not published to " + chat.connections.name() + ": 5 in all") != std::string::npos);
}
