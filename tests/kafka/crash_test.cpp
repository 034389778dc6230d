// A host that dies takes nothing with it.
#include <csignal>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;

TEST_CASE("kill -9 of a host under load, and its restart: what was answered OK is in the topic, and nothing twice") {
  const Chat chat;
  const auto other = chat.host();
  auto host = chat.host();
  Listener listener(other->address(), hello("alice"));
  std::vector<std::string> ok;
  Traffic before({host->address()}, 8, 400);
  REQUIRE(eventually([&] { return before.ok() >= 400; }));
  host->signal(SIGKILL);
  CHECK(host->wait() == 128 + SIGKILL);
  ok = before.stop();

  host = chat.host();
  Chatter chatter(host->address());
  for (int i = 0; i < 50; ++i) {
    const std::string content = "again " + std::to_string(i);
    chatter.say("again", content);
    ok.push_back(content);
  }
  CHECK(violation(listener, ok) == "");
  std::vector<std::string> in_topic;
  for (const auto& record : chat.messages.records()) in_topic.push_back(content_of(record.value));
  CHECK(violation(in_topic, ok) == "");
}
