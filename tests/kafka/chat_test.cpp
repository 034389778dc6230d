// Several hosts on one cluster are one chat.
#include "chat.hpp"

#include <algorithm>
#include <csignal>

#include "catch.hpp"
#include "cluster.hpp"

using namespace chatd::testing;
using Contents = std::vector<std::string>;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

std::string hello_json(const std::string& user, const std::string& content) {
  return R"({"id":")" + user + R"(","content":")" + content + R"(","timestamp":"2026-11-22T14:57:20.09Z","user_id":")" + user +
         "\"}";
}

}  // namespace

TEST_CASE("clients of two hosts see every message once, in order per sender") {
  const Chat chat;
  const auto first = chat.host();
  const auto second = chat.host();
  Listener left(first->address(), hello("left"));
  Listener right(second->address(), hello("right"));
  Traffic traffic({first->address(), second->address()}, 4, 400);
  REQUIRE(eventually([&] { return traffic.ok() >= 400; }));
  const auto ok = traffic.stop();
  CHECK(violation(left, ok) == "");
  CHECK(violation(right, ok) == "");
}

TEST_CASE("a host that starts during traffic changes nothing for the others, and sees all that comes after it serves") {
  const Chat chat;
  const auto first = chat.host();
  const auto second = chat.host();
  Listener left(first->address(), hello("left"));
  Listener right(second->address(), hello("right"));
  Traffic traffic({first->address(), second->address()}, 4, 200);
  REQUIRE(eventually([&] { return traffic.ok() >= 100; }));
  const auto third = chat.host();
  Listener late(third->address(), hello("late"));
  const auto before = traffic.ok();
  REQUIRE(eventually([&] { return traffic.ok() >= before + 200; }));
  const auto ok = traffic.stop();
  CHECK(violation(left, ok) == "");
  CHECK(violation(right, ok) == "");
  // The users' first publishes after `before` was taken may still have been in flight then.
  const Contents later(ok.begin() + static_cast<std::ptrdiff_t>(before) + 4, ok.end());
  CHECK(violation(late, later) == "");
}

TEST_CASE("a value that is no message is skipped and logged once, and what follows arrives") {
  Chat chat(1);
  const auto host = chat.host();
  Listener listener(host->address(), hello("alice"));
  const std::string good = hello_json("bob", "good");
  chat.messages.put("bob", "a hand-typed line");
  chat.messages.put("bob", good.substr(0, good.size() / 2));
  chat.messages.put("bob", std::string("\xff\x00\xfe{}", 5));
  chat.messages.put("bob", "");
  chat.messages.put("bob", "[" + std::string(900'000, '[') + "]");
  chat.messages.put("bob", "{\"id\":\"bob\",\"content\":\"\xff\"}");
  chat.messages.put("bob", good);
  CHECK(listener.wait_for_contents(1) == Contents{"good"});
  CHECK(count(host->log(), "skipped a record that is no message") == 1);
  CHECK(host->log().find("skipped a record that is no message: " + chat.messages.name() + "[0] offset 0") != std::string::npos);
}

TEST_CASE("a record that is larger than clients take is skipped and logged once, with its place, and what follows arrives") {
  Chat chat(1, {{"max.message.bytes", "8000000"}});
  const auto host = chat.host();
  Listener listener(host->address(), hello("alice"));
  chat.messages.put("bob", hello_json("bob", "first"));
  chat.messages.put("bob", hello_json("bob", std::string(5'000'000, 'x')));
  chat.messages.put("bob", hello_json("bob", std::string(5'000'000, 'y')));
  chat.messages.put("bob", hello_json("bob", "last"));
  CHECK(listener.wait_for_contents(2) == Contents{"first", "last"});
  CHECK(count(host->log(), "skipped a record") == 1);
  CHECK(host->log().find("skipped a record that is too large: " + chat.messages.name() + "[0] offset 1: ") != std::string::npos);
}

TEST_CASE("a message that is larger than its topic takes is INVALID_ARGUMENT, and those after it go on") {
  const Chat chat(1, {{"max.message.bytes", "1000"}});
  const auto host = chat.host();
  Listener listener(host->address(), hello("alice"));
  Chatter chatter(host->address());
  for (int i = 0; i < 3; ++i) {
    const auto status = chatter.publish(message("bob", std::string(2'000, 'x')));
    CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    CHECK(status.error_message().find("send less, or raise max_record_bytes and the brokers' message.max.bytes") !=
          std::string::npos);
  }
  chatter.say("bob", "small");
  CHECK(listener.wait_for_contents(1) == Contents{"small"});
  CHECK(count(host->log(), "Failed to send message to Kafka: ") == 1);
}

TEST_CASE("records that were deleted before a host could read them are a gap that it reports") {
  Chat chat(1);
  const auto host = chat.host();
  Listener listener(host->address(), hello("alice"));
  chat.messages.put("bob", hello_json("bob", "before"));
  REQUIRE(listener.wait_for_contents(1) == Contents{"before"});
  // While it stands still, the answer to its last fetch can bring it a record or two; what lies behind those goes.
  host->signal(SIGSTOP);
  for (int i = 1; i < 100; ++i) chat.messages.put("bob", hello_json("bob", "m" + std::to_string(i)));
  chat.messages.delete_before(0, 90);
  host->signal(SIGCONT);
  REQUIRE(eventually([&] { return listener.received() > 0 && listener.wait_for_contents(listener.received()).back() == "m99"; }));
  const auto seen = listener.wait_for_contents(listener.received());
  const auto log = host->log();
  INFO("the host said:\n" << log);
  const std::string gap = "gap in " + chat.messages.name() + "[0]: offsets ";
  REQUIRE(count(log, gap) == 1);
  const auto from = std::stoi(log.substr(log.find(gap) + gap.size()));
  CHECK(from < 90);
  CHECK(log.find(gap + std::to_string(from) + " to 90 are gone from the log") != std::string::npos);
  // Nothing else is missing.
  Contents expected{"before"};
  for (int i = 1; i < 100; ++i) {
    if (i < from || i >= 90) expected.push_back("m" + std::to_string(i));
  }
  CHECK(seen == expected);
}

TEST_CASE("a host says on the hosts' topic that it lives, and at its end that it leaves") {
  const Chat chat;
  const auto host = chat.host({"host.server_id=host-7", "host.heartbeat_ms=500"});
  const Topic hosts(chat.messages.name() + "-hosts");
  Listener listener(host->address(), hello("alice"));
  const auto beats = [&] { return hosts.records(); };
  const std::string with_alice = R"({"kind":"heartbeat","server_id":"host-7","streams":1,"timestamp":")";
  REQUIRE(within(kafka_patience, [&] {
    return std::ranges::any_of(beats(), [&](const auto& record) { return record.value.starts_with(with_alice); });
  }));
  host->signal(SIGTERM);
  CHECK(host->wait() == 0);
  const auto records = beats();
  CHECK(records.size() >= 2);
  CHECK(std::ranges::all_of(records, [](const auto& record) { return record.key == "host-7"; }));
  CHECK(std::ranges::count_if(records, [](const auto& record) {
          return record.value.starts_with(R"({"kind":"leaving","server_id":"host-7","streams":0,"timestamp":")");
        }) == 1);
  CHECK(records.back().value.starts_with(R"({"kind":"leaving")"));
}

TEST_CASE("a named room goes through the rooms' topic, under its name, and never into the lobby's") {
  const Chat chat;
  const auto first = chat.host();
  const auto second = chat.host();
  Listener red(second->address(), hello("alice", {"red"}));
  Listener lobby(second->address(), hello("bob"));
  Chatter chatter(first->address());
  chatter.say("carol", "in red", "red");
  chatter.say("carol", "in the lobby");
  CHECK(red.wait_for_contents(1) == Contents{"in red"});
  CHECK(lobby.wait_for_contents(1) == Contents{"in the lobby"});
  const auto rooms = chat.rooms.records();
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].key == "red");
  CHECK(content_of(rooms[0].value) == "in red");
  const auto messages = chat.messages.records();
  REQUIRE(messages.size() == 1);
  CHECK(content_of(messages[0].value) == "in the lobby");
}

TEST_CASE("topics that are missing are made") {
  auto settings = kafka_settings();
  const auto name = unique_name("made");
  for (const auto* topic : {"messages", "connections", "rooms", "hosts"}) {
    settings.push_back(std::string("broker.") + topic + "_topic=" + name + "-" + topic);
  }
  HostProcess host({.set = settings});
  REQUIRE(within(kafka_patience, [&] { return serves(host); }));
  Listener listener(host.address(), hello("alice"));
  Chatter chatter(host.address());
  chatter.say("alice", "lobby");
  CHECK(listener.wait_for_contents(1) == Contents{"lobby"});
  CHECK(Topic(name + "-messages").records().size() == 1);
  CHECK(within(kafka_patience, [&] { return Topic(name + "-connections").records().size() == 1; }));
}
