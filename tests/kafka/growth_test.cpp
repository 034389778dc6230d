// A topic that gets more partitions while it is used.
#include <algorithm>
#include <map>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;

namespace {

// The contents of each partition, in the order of `contents`.
std::map<int, std::vector<std::string>> by_partition(const std::vector<std::string>& contents,
                                                     const std::map<std::string, int>& partition) {
  std::map<int, std::vector<std::string>> result;
  for (const auto& content : contents) result[partition.at(content)].push_back(content);
  return result;
}

std::vector<std::string> sorted(std::vector<std::string> contents) {
  std::ranges::sort(contents);
  return contents;
}

}  // namespace

TEST_CASE("a topic grows from 2 to 6 partitions under traffic: every host delivers each message once, in order per partition") {
  Chat chat(2);
  const auto first = chat.host();
  const auto second = chat.host();
  Listener left(first->address(), hello("left"));
  Listener right(second->address(), hello("right"));
  Traffic traffic({first->address(), second->address()}, 12, 300);
  REQUIRE(eventually([&] { return traffic.ok() >= 200; }));
  chat.messages.grow(6);
  const auto grown = [&] {
    std::map<int, int> of;
    for (const auto& record : chat.messages.records()) ++of[record.partition];
    return of.size() >= 4;
  };
  REQUIRE(within(kafka_patience, grown));
  const auto soon = traffic.ok() + 200;
  REQUIRE(eventually([&] { return traffic.ok() >= soon; }));
  const auto ok = traffic.stop();

  std::map<std::string, int> partition;
  std::vector<std::string> in_topic;
  for (const auto& record : chat.messages.records()) {
    in_topic.push_back(content_of(record.value));
    partition[in_topic.back()] = record.partition;
  }
  CHECK(partition.size() == in_topic.size());
  for (const auto& content : ok) CHECK(partition.contains(content));
  for (auto* listener : {&left, &right}) {
    REQUIRE(within(kafka_patience, [&] { return listener->received() >= in_topic.size(); }));
    const auto seen = listener->wait_for_contents(listener->received());
    CHECK(sorted(seen) == sorted(in_topic));
    CHECK(by_partition(seen, partition) == by_partition(in_topic, partition));
  }
}
