// Where keys lie: as the Go servers' partitioner put them on a real cluster.
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <rapidjson/istreamwrapper.h>
#include <rapidjson/reader.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using test::Mock;
using test::Running;

namespace {

// The texts and numbers of every object of a JSON, innermost first.
struct Objects : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Objects> {
  struct Object {
    std::map<std::string, std::string> texts;
    std::map<std::string, int> numbers;
  };

  bool StartObject() { return open.emplace_back(), true; }
  bool EndObject(rapidjson::SizeType) {
    closed.push_back(std::move(open.back()));
    open.pop_back();
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) { return key.assign(text, length), true; }
  bool String(const char* text, rapidjson::SizeType length, bool) { return open.back().texts[key].assign(text, length), true; }
  bool Uint(unsigned number) { return open.back().numbers[key] = static_cast<int>(number), true; }

  std::string key;
  std::vector<Object> open, closed;
};

}  // namespace

TEST_CASE("keys lie where the old servers put them") {
  std::ifstream file(CHATD_VECTORS);
  rapidjson::IStreamWrapper bytes(file);
  rapidjson::Reader reader;
  Objects vectors;
  REQUIRE_FALSE(reader.Parse(bytes, vectors).IsError());

  Mock mock;
  for (const auto& [texts, numbers] : vectors.closed) {
    if (!texts.empty()) continue;
    for (const auto& [topic, partitions] : numbers) mock.make_topic(topic, partitions);
  }
  Running running(mock);
  for (auto& [texts, numbers] : vectors.closed) {
    if (!texts.contains("key")) continue;
    INFO(texts["topic"] << ' ' << texts["key"]);
    const auto answer = running.publish(texts["key"], texts["value"], texts["topic"]);
    REQUIRE(answer);
    CHECK(answer->partition == numbers["partition"]);
  }
  CHECK(running.sent.size() >= 17);
}
