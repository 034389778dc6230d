#include "plugins/kafka/topics.hpp"

#include <thread>

#include "catch.hpp"

using chatd::kafka::Topics;
using chatd::sdk::Code;

TEST_CASE("a topic has one entry, which is fresh once") {
  Topics topics;
  bool fresh = false;
  CHECK(topics.find("t") == nullptr);
  auto& first = topics.want("t", fresh);
  CHECK(fresh);
  CHECK(&topics.want("t", fresh) == &first);
  CHECK_FALSE(fresh);
  CHECK(topics.find("t") == &first);
  (void)topics.want("u", fresh);
  CHECK(topics.all().size() == 2);
}

TEST_CASE("trouble lasts until the topic is found") {
  Topics topics;
  bool fresh = false;
  auto& topic = topics.want("t", fresh);
  topic.failed({Code::not_found, "missing"});
  CHECK(topic.troubled());
  CHECK(topic.trouble().text == "missing");
  topic.found(3);
  CHECK_FALSE(topic.troubled());
  CHECK(topic.partitions() == 3);
}

TEST_CASE("waiting ends when the topic is found, and when it is stopped") {
  Topics topics;
  bool fresh = false;
  auto& topic = topics.want("t", fresh);
  bool found = true;
  std::jthread waiter([&](const std::stop_token& stop) { found = topic.wait_found(stop); });
  waiter.request_stop();
  waiter.join();
  CHECK_FALSE(found);
  waiter = std::jthread([&](const std::stop_token& stop) { found = topic.wait_found(stop); });
  topic.found(1);
  waiter.join();
  CHECK(found);
}
