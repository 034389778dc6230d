// Records that a Go server wrote to a real cluster: each is read, and written again byte for byte.
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "catch.hpp"
#include "host/wire/json.hpp"

using namespace chatd::wire;

namespace {

// The text members of one JSON object, and of every object of a JSON, innermost first.
using Object = std::map<std::string, std::string, std::less<>>;

class Objects : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Objects> {
 public:
  static std::vector<Object> of(std::string_view json) {
    Objects objects;
    rapidjson::MemoryStream bytes(json.data(), json.size());
    rapidjson::Reader reader;
    REQUIRE_FALSE(reader.Parse(bytes, objects).IsError());
    return std::move(objects.closed_);
  }

  bool StartObject() { return open_.emplace_back(), true; }
  bool EndObject(rapidjson::SizeType) {
    closed_.push_back(std::move(open_.back()));
    open_.pop_back();
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) { return key_.assign(text, length), true; }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    open_.back()[key_].assign(text, length);
    return true;
  }

 private:
  std::vector<Object> open_, closed_;
  std::string key_;
};

std::vector<Object> records_of(std::string_view topic) {
  std::ifstream file(CHATD_VECTORS);
  auto all = Objects::of(std::string{std::istreambuf_iterator<char>(file), {}});
  std::erase_if(all, [&](const Object& object) { return !object.contains("value") || object.at("topic") != topic; });
  return all;
}

}  // namespace

TEST_CASE("the Go server's messages are read and written byte for byte") {
  MessageDecoder decoder;  // one for all, as the feed has it
  const auto records = records_of("chatting");
  CHECK(records.size() == 26);
  for (const auto& record : records) {
    const std::string& value = record.at("value");
    CAPTURE(value);
    const Object expected = Objects::of(value).at(0);  // by another reader than ours
    const auto message = decoder.decode(value, {});
    REQUIRE(message);
    CHECK(message->sender == record.at("key"));
    CHECK(message->sender == expected.at("id"));
    CHECK(message->content == expected.at("content"));
    CHECK(message->room.empty());
    CHECK(message->message_id.empty());
    CHECK(message->timestamp == parse_rfc3339(expected.at("timestamp")));
    CHECK(message->timestamp.nanos != 0);

    std::string again;
    append_json(again, *message);
    CHECK(again == value);
  }
}

TEST_CASE("the Go server's connection events are read and written byte for byte") {
  const auto records = records_of("user-connections");
  CHECK(records.size() == 17);
  for (const auto& record : records) {
    const std::string& value = record.at("value");
    CAPTURE(value);
    const auto event = decode_connection_event(value);
    REQUIRE(event);
    CHECK(event->user_id == record.at("key"));
    CHECK(event->server_id == "grpc-server-1795359436");
    CHECK(event->connected);

    std::string again;
    append_json(again, *event);
    CHECK(again == value);
  }
}
