// `chatd consumer`: records are processed once by a group, whoever comes and goes.
#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"
#include "program.hpp"

using namespace chatd::testing;

namespace {

std::vector<std::string> arguments(const Chat& chat, const std::string& group, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"consumer", "--group", group};
  for (const auto& setting : chat.settings()) words.insert(words.end(), {"--set", setting});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The partitions that it has by what it said last, as "TOPIC PARTITION".
std::set<std::string> assigned(const Program& consumer, const Chat& chat) {
  std::set<std::string> partitions;
  for (const auto* topic : {&chat.messages, &chat.connections}) {
    const auto log = consumer.log();
    const auto at = log.rfind(topic->name() + ": partition");
    const auto none = log.rfind(topic->name() + ": no partitions");
    if (at == log.npos || (none != log.npos && none > at)) continue;
    std::istringstream numbers(log.substr(log.find(' ', at + topic->name().size() + 2),
                                          log.find('\n', at) - log.find(' ', at + topic->name().size() + 2)));
    for (std::string number; std::getline(numbers >> std::ws, number, ',');) partitions.insert(topic->name() + " " + number);
  }
  return partitions;
}

// The contents of the lines "TOPIC[PARTITION]@OFFSET  TIME  USER: CONTENT" of lobby messages, sorted.
std::vector<std::string> contents(const std::vector<const Program*>& consumers, const std::string& topic) {
  std::vector<std::string> contents;
  for (const auto* consumer : consumers) {
    for (const auto& line : consumer->lines()) {
      if (line.starts_with(topic + "[")) contents.push_back(line.substr(line.rfind(": ") + 2));
    }
  }
  std::ranges::sort(contents);
  return contents;
}

std::vector<std::string> numbered(int from, int to) {
  std::vector<std::string> result;
  for (int i = from; i < to; ++i) result.push_back("m" + std::to_string(i));
  std::ranges::sort(result);
  return result;
}

}  // namespace

TEST_CASE("two consumers share the partitions, one takes over where the other stopped, and hosts notice nothing") {
  const Chat chat;
  const auto& topic = chat.messages.name();
  constexpr std::size_t all = 2 + 3;  // partitions of both topics
  const auto group = unique_name("group");
  const auto host = chat.host();
  Listener listener(host->address(), hello("alice"));
  Chatter chatter(host->address());
  int said = 0;
  const auto say = [&](int count) {
    for (const int end = said + count; said < end; ++said)
      chatter.say("user" + std::to_string(said % 10), "m" + std::to_string(said));
  };
  say(20);
  Program first(arguments(chat, group));
  REQUIRE(within(kafka_patience, [&] { return assigned(first, chat).size() == all; }));
  CHECK(within(kafka_patience, [&] { return contents({&first}, topic) == numbered(0, 20); }));

  Program second(arguments(chat, group));
  REQUIRE(within(kafka_patience, [&] {
    auto both = assigned(first, chat);
    const auto of_first = both.size();
    const auto of_second = assigned(second, chat);
    both.insert(of_second.begin(), of_second.end());
    return of_first + of_second.size() == all && both.size() == all && of_first >= 2 && of_second.size() >= 2;
  }));
  say(20);
  CHECK(within(kafka_patience, [&] { return contents({&first, &second}, topic) == numbered(0, 40); }));

  first.signal(SIGTERM);
  CHECK(first.wait() == 0);
  REQUIRE(within(kafka_patience, [&] { return assigned(second, chat).size() == all; }));
  say(20);
  CHECK(within(kafka_patience, [&] { return contents({&first, &second}, topic) == numbered(0, 60); }));

  second.signal(SIGINT);
  CHECK(second.wait() == 0);
  say(10);
  Program third(arguments(chat, group));
  CHECK(within(kafka_patience, [&] { return contents({&first, &second, &third}, topic) == numbered(0, 70); }));
  third.signal(SIGINT);
  CHECK(third.wait() == 0);
  CHECK(contents({&third}, topic) == numbered(60, 70));

  CHECK(listener.wait_for(70).size() == 70);
  CHECK(listener.received() == 70);
}

TEST_CASE("a consumer that is killed loses nothing") {
  Chat chat;
  const auto& topic = chat.messages.name();
  const auto group = unique_name("group");
  const auto put = [&](int from, int to) {
    for (int i = from; i < to; ++i)
      chat.messages.put("user" + std::to_string(i), R"({"id":"u","content":"m)" + std::to_string(i) + "\"}");
  };
  put(0, 20);
  Program first(arguments(chat, group));
  REQUIRE(within(kafka_patience, [&] { return contents({&first}, topic) == numbered(0, 20); }));
  first.signal(SIGKILL);
  CHECK(first.wait() == 128 + SIGKILL);
  put(20, 40);
  Program second(arguments(chat, group));
  CHECK(within(kafka_patience, [&] {
    const auto all = contents({&first, &second}, topic);
    return std::set<std::string>(all.begin(), all.end()).size() == 40;
  }));
}

TEST_CASE("a consumer whose output cannot be written ends with 1 and commits nothing") {
  Chat chat;
  const auto group = unique_name("group");
  chat.messages.put("bob", R"({"id":"bob","content":"m0"})");
  Program broken(arguments(chat, group), "/dev/full");
  CHECK(broken.wait() == 1);
  CHECK(broken.log().find("stdout cannot be written: No space left on device") != std::string::npos);
  Program working(arguments(chat, group));
  CHECK(within(kafka_patience, [&] { return contents({&working}, chat.messages.name()) == numbered(0, 1); }));
}

TEST_CASE("a consumer prints both topics as JSON, and a bad record as such") {
  Chat chat(1);
  const auto& topic = chat.messages.name();
  chat.messages.put("bob", R"({"id":"bob","content":"hi","timestamp":"2026-11-22T14:57:20Z"})");
  chat.messages.put("bob", "not JSON");
  chat.connections.put("bob", R"({"user_id":"bob","server_id":"s","connected":true,"timestamp":"2026-11-22T14:57:20Z"})");
  Program consumer(arguments(chat, unique_name("group"), {"--json"}));
  REQUIRE(within(kafka_patience, [&] { return consumer.lines().size() == 3; }));
  const auto lines = consumer.lines();
  const auto printed = [&](const std::string& part) {
    return std::ranges::any_of(
        lines, [&](const auto& line) { return line.find(part) != line.npos && line.starts_with('{') && line.ends_with('}'); });
  };
  CHECK(
      printed(R"({"topic":")" + topic +
              R"(","partition":0,"offset":0,"kind":"message","timestamp":"2026-11-22T14:57:20Z","user":"bob","content":"hi"})"));
  CHECK(printed(R"("offset":1,"kind":"bad")"));
  CHECK(printed(R"("kind":"connection","timestamp":"2026-11-22T14:57:20Z","user":"bob","server":"s","connected":true})"));
  consumer.signal(SIGTERM);
  CHECK(consumer.wait() == 0);
  CHECK(consumer.log().find("3 records printed, 1 of them bad") != std::string::npos);
}
