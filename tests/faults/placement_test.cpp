// Where keys lie: as the Go servers' partitioner put them on a real cluster.
#include <fstream>
#include <sstream>

#include <rapidjson/document.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using test::Mock;
using test::Running;

TEST_CASE("keys lie where the old servers put them") {
  std::ifstream file(CHATD_VECTORS);
  std::stringstream bytes;
  bytes << file.rdbuf();
  rapidjson::Document vectors;
  vectors.Parse(bytes.str().c_str());
  REQUIRE_FALSE(vectors.HasParseError());
  Mock mock;
  for (const auto& topic : vectors["topics"].GetObject()) mock.make_topic(topic.name.GetString(), topic.value.GetInt());
  Running running(mock);
  for (const auto& record : vectors["records"].GetArray()) {
    const std::string key(record["key"].GetString(), record["key"].GetStringLength());
    INFO(record["topic"].GetString() << ' ' << key);
    const auto answer = running.publish(key, record["value"].GetString(), record["topic"].GetString());
    REQUIRE(answer);
    CHECK(answer->partition == record["partition"].GetInt());
  }
  CHECK(running.sent.size() >= 17);
}
