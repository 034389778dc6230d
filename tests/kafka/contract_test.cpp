// What lies in the topics is what the old servers write and read: tests/data/vectors.json holds records that they wrote.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "catch.hpp"
#include "chat.hpp"
#include "cluster.hpp"

using namespace chatd::testing;

namespace {

// The texts and numbers among the members of one JSON object.
using Object = std::map<std::string, std::string>;

// Every object of a JSON, innermost first.
class Objects : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Objects> {
 public:
  static std::vector<Object> of(const std::string& json) {
    Objects objects;
    rapidjson::MemoryStream bytes(json.data(), json.size());
    rapidjson::Reader reader;
    REQUIRE_FALSE(reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(bytes, objects).IsError());
    return std::move(objects.closed_);
  }

  bool StartObject() { return open_.emplace_back(), true; }
  bool EndObject(rapidjson::SizeType) {
    closed_.push_back(std::move(open_.back()));
    open_.pop_back();
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) { return key_.assign(text, length), true; }
  bool String(const char* text, rapidjson::SizeType length, bool) { return open_.back()[key_].assign(text, length), true; }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return String(text, length, true); }

 private:
  std::vector<Object> open_, closed_;
  std::string key_;
};

std::vector<Object> vectors() {
  std::ifstream in(CHATD_VECTORS, std::ios::binary);
  return Objects::of({std::istreambuf_iterator<char>(in), {}});
}

struct Written {  // by an old server
  std::string key;
  std::string value;
  int partition = 0;
};

std::vector<Written> written(const std::string& topic) {
  std::vector<Written> records;
  for (const auto& object : vectors()) {
    if (!object.contains("value") || object.at("topic") != topic) continue;
    records.push_back({object.at("key"), object.at("value"), std::stoi(object.at("partition"))});
  }
  REQUIRE_FALSE(records.empty());
  return records;
}

// Of six partitions, by key.
std::map<std::string, int> partition_of_key() {
  std::map<std::string, int> partitions;
  for (const auto& object : vectors()) {
    if (!object.contains("alice")) continue;
    for (const auto& [key, partition] : object) partitions[key] = std::stoi(partition);
  }
  REQUIRE_FALSE(partitions.empty());
  return partitions;
}

google::protobuf::Timestamp timestamp(const std::string& rfc3339) {
  google::protobuf::Timestamp stamp;
  std::tm time{};
  const char* rest = ::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  REQUIRE(rest != nullptr);
  stamp.set_seconds(::timegm(&time));
  std::string digits;
  if (*rest == '.') digits.assign(rest + 1, std::find(rest + 1, rfc3339.c_str() + rfc3339.size(), 'Z'));
  digits.resize(9, '0');
  stamp.set_nanos(std::stoi(digits));
  return stamp;
}

const TopicRecord* last_of(const std::vector<TopicRecord>& records, const std::string& key) {
  const auto at = std::find_if(records.rbegin(), records.rend(), [&](const auto& record) { return record.key == key; });
  return at == records.rend() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("what an old server wrote arrives at the clients of every host, to the byte and the nanosecond") {
  Chat chat;
  const auto first = chat.host();
  const auto second = chat.host();
  Listener left(first->address(), hello("left"));
  Listener right(second->address(), hello("right"));
  const auto records = written("chatting");
  for (const auto& record : records) chat.messages.put(record.key, record.value);
  for (auto* listener : {&left, &right}) {
    const auto seen = listener->wait_for(records.size());
    REQUIRE(seen.size() == records.size());
    for (const auto& record : records) {
      const auto value = Objects::of(record.value).front();
      const auto stamp = timestamp(value.at("timestamp"));
      INFO(record.value);
      CHECK(std::ranges::count_if(seen, [&](const chat::Message& message) {
              return message.id() == value.at("id") && message.content() == value.at("content") &&
                     message.timestamp().seconds() == stamp.seconds() && message.timestamp().nanos() == stamp.nanos();
            }) == 1);
    }
  }
}

TEST_CASE("what a host writes is, byte for byte and partition for partition, what an old server wrote") {
  const Chat chat;
  const auto host = chat.host();
  Chatter chatter(host->address());
  const auto expected = written("chatting");
  for (const auto& record : expected) {
    const auto value = Objects::of(record.value).front();
    auto request = message(value.at("id"), value.at("content"));
    *request.mutable_timestamp() = timestamp(value.at("timestamp"));
    REQUIRE(chatter.publish(request).ok());
  }
  const auto records = chat.messages.records();
  CHECK(records.size() == expected.size());
  for (const auto& want : expected) {
    INFO(want.value);
    CHECK(std::ranges::count_if(records, [&](const TopicRecord& record) {
            return record.key == want.key && record.value == want.value && record.partition == want.partition;
          }) == 1);
  }
}

TEST_CASE("keys lie where the old servers put them when there are six partitions, too") {
  const Chat chat(6);
  const auto host = chat.host();
  Chatter chatter(host->address());
  const auto partitions = partition_of_key();
  for (const auto& [key, partition] : partitions) chatter.say(key, "x");
  const auto records = chat.messages.records();
  CHECK(records.size() == partitions.size());
  for (const auto& record : records) {
    INFO(record.key);
    CHECK(record.partition == partitions.at(record.key));
  }
}

TEST_CASE("who comes and goes is written as the old servers write it") {
  const Chat chat;
  const auto host = chat.host({"host.server_id=grpc-server-1795359436"});
  const auto expected = written("user-connections");
  {
    std::vector<std::unique_ptr<Listener>> streams;
    for (const auto& record : expected) streams.push_back(std::make_unique<Listener>(host->address(), hello(record.key)));
    REQUIRE(within(kafka_patience, [&] { return chat.connections.records().size() >= expected.size(); }));
  }
  REQUIRE(within(kafka_patience, [&] { return chat.connections.records().size() == 2 * expected.size(); }));
  const auto records = chat.connections.records();
  for (const auto& want : expected) {
    INFO(want.key);
    CHECK(std::ranges::count(records, want.key, &TopicRecord::key) == 2 * std::ranges::count(expected, want.key, &Written::key));
    const auto* record = last_of(records, want.key);
    REQUIRE(record != nullptr);
    CHECK(record->partition == want.partition);
    // All but the time and whether it is an arrival is the same.
    const auto at = want.value.find("\"connected\":");
    REQUIRE(at != std::string::npos);
    CHECK(record->value.substr(0, at) == want.value.substr(0, at));
    CHECK(record->value.substr(at).starts_with("\"connected\":false,\"timestamp\":\""));
    CHECK(record->value.ends_with("Z\"}"));
  }
}

TEST_CASE("the default topics are the old servers'") {
  HostProcess host({.set = kafka_settings()});
  REQUIRE(within(kafka_patience, [&] { return serves(host); }));
  const std::string user = unique_name("user");
  Listener listener(host.address(), hello(user));
  chat::Close close;
  REQUIRE(Chatter(host.address()).publish(message(user, "to all"), &close).ok());
  CHECK(close.position().topic() == "chatting");
  CHECK(last_of(Topic("chatting").records(), user) != nullptr);
  CHECK(within(kafka_patience, [&] { return last_of(Topic("user-connections").records(), user) != nullptr; }));
}
