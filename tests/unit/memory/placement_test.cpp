#include "plugins/memory/placement.hpp"

#include <string_view>

#include "catch.hpp"

using chatd::memory::fnv1a;
using chatd::memory::partition_of;

// Where a Go server with sarama put these keys on a Kafka cluster.
TEST_CASE("keys lie where sarama puts them") {
  struct Fact {
    std::string_view key;
    std::int32_t partitions, expected;
  };
  const Fact facts[] = {
      {"bob", 2, 0},     {"user2", 2, 0},   {"zoë", 2, 0},     {"alice", 2, 1}, {"홍길동", 2, 1}, {"user 1", 2, 1},
      {"a\"b\\c", 2, 1}, {"a\"b\\c", 3, 0}, {"charlie", 3, 0}, {"user3", 3, 0}, {"alice", 3, 2},  {"alice", 6, 5},
      {"bob", 6, 2},     {"charlie", 6, 3}, {"grpc", 6, 1},    {"zoë", 6, 4},   {"홍길동", 6, 1}, {"frank", 6, 5},
  };
  for (const auto& fact : facts) {
    INFO(fact.key << " of " << fact.partitions);
    CHECK(partition_of(fnv1a(fact.key), fact.partitions) == fact.expected);
  }
}

// The examples of draft-eastlake-fnv.
TEST_CASE("the hash is FNV-1a") {
  CHECK(fnv1a("") == 0x811c9dc5);
  CHECK(fnv1a("a") == 0xe40c292c);
  CHECK(fnv1a("foobar") == 0xbf9cf968);
}

TEST_CASE("every hash has a partition") {
  CHECK(partition_of(0x80000000U, 3) == 2);
  CHECK(partition_of(0xffffffffU, 7) == 1);
  CHECK(partition_of(0x7fffffffU, 1) == 0);
}
