#include "plugins/kafka/statistics.hpp"

#include "catch.hpp"

using namespace chatd;
using Link = kafka::Statistics::Broker::Link;

namespace {

// As librdkafka 2.0 writes it, shortened.
constexpr std::string_view example = R"({ "name": "chatd#producer-1", "client_id":"chatd", "type":"producer", "ts":1, "msg_cnt":7,
 "msg_size":4096, "msg_max":100000, "brokers":{
 "127.0.0.1:9092/bootstrap": { "name":"127.0.0.1:9092/bootstrap", "nodeid":-1, "source":"configured", "state":"UP",
   "rtt": { "min":1, "max":2 }, "req": { "Produce":5 }, "toppars":{ } },
 "127.0.0.1:9092/1": { "name":"127.0.0.1:9092/1", "nodeid":1, "nodename":"127.0.0.1:9092", "source":"learned", "state":"UP",
   "toppars":{ "chatting-0": { "topic":"chatting", "partition":0} } },
 "127.0.0.1:9093/2": { "nodeid":2, "source":"configured", "state":"TRY_CONNECT" },
 "127.0.0.1:9094/3": { "nodeid":3, "source":"learned", "state":"INIT" },
 "GroupCoordinator": { "nodeid":3, "source":"logical", "state":"UP" } },
 "topics":{ "chatting": { "topic":"chatting", "age":9, "batchsize": { "min":0 }, "partitions":{
   "0": { "partition":0, "broker":1, "fetchq_cnt":3, "fetch_state":"active", "next_offset":42, "ls_offset":45 },
   "1": { "partition":1, "broker":2, "fetchq_cnt":0, "next_offset":-1001 },
   "-1": { "partition":-1, "fetchq_cnt":0, "next_offset":0 } } } },
 "tx":12, "idle":[ { "nodeid": 9 } ] })";

}  // namespace

TEST_CASE("statistics are found where librdkafka puts them") {
  const auto found = kafka::parse_statistics(example);
  REQUIRE(found);
  CHECK(found->queue_messages == 7);
  CHECK(found->queue_bytes == 4'096);
  REQUIRE(found->brokers.size() == 3);
  CHECK(found->brokers[0].id == 1);
  CHECK(found->brokers[0].link == Link::up);
  CHECK(found->brokers[1].link == Link::down);
  CHECK(found->brokers[2].link == Link::idle);
  REQUIRE(found->partitions.size() == 2);
  CHECK(found->partitions[0].topic == "chatting");
  CHECK(found->partitions[0].number == 0);
  CHECK(found->partitions[0].fetched_to == 42);
  CHECK(found->partitions[0].waiting == 3);
  CHECK(found->partitions[1].number == 1);
  CHECK(found->partitions[1].fetched_to == -1'001);
}

TEST_CASE("what is no JSON, or too deep, is no statistics") {
  CHECK_FALSE(kafka::parse_statistics(""));
  CHECK_FALSE(kafka::parse_statistics(R"({"msg_cnt":1)"));
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += R"({"a":)";
  CHECK_FALSE(kafka::parse_statistics(deep));
  CHECK(kafka::parse_statistics("{}"));
}
