#include "plugins/kafka/reading.hpp"

#include <chrono>
#include <map>

#include "catch.hpp"
#include "chatd/sdk/testing/fakes.hpp"
#include "plugins/kafka/statistics.hpp"

using namespace chatd;
using namespace std::chrono_literals;

namespace {

struct Log final : kafka::Ends {
  [[nodiscard]] std::optional<std::int64_t> end(std::int32_t partition) const noexcept override {
    const auto found = ends.find(partition);
    return found == ends.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<std::int32_t, std::int64_t> ends;
};

struct Read {
  [[nodiscard]] std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch()).count();
  }
  kafka::Reading::Behind only() {
    const auto all = reading.behind();
    REQUIRE(all.size() == 1);
    return all.front();
  }

  Log log;
  sdk::testing::ManualClock clock;
  kafka::Reading reading{"t", log, clock};
};

}  // namespace

TEST_CASE("nothing is said of a partition whose end no fetch has told") {
  Read read;
  read.reading.at(0, 5);
  CHECK(read.reading.behind().empty());
  read.log.ends[0] = 5;
  CHECK(read.only().records == 0);
  CHECK(read.only().seconds == 0);
}

TEST_CASE("a partition is behind by the records that were not delivered, and by the age of the first of them") {
  Read read;
  read.log.ends[1] = 10;
  read.reading.at(1, 10);
  read.clock.advance(60s);
  CHECK(read.only().records == 0);  // nothing was left a minute after it began
  read.log.ends[1] = 14;
  read.clock.advance(3s);
  CHECK(read.only().partition == 1);
  CHECK(read.only().records == 4);
  CHECK(read.only().seconds == 3);
  // The next one is not older than the one that was delivered now.
  read.reading.delivered(1, 12, read.now_ms() - 1'000);
  CHECK(read.only().records == 2);
  CHECK(read.only().seconds == 1);
  read.reading.delivered(1, 14, read.now_ms());
  CHECK(read.only().records == 0);
  CHECK(read.only().seconds == 0);
}

TEST_CASE("what is read from a time in the past is as old as it is") {
  Read read;
  read.log.ends[0] = 100;
  read.reading.at(0, 0);
  read.clock.advance(1s);
  CHECK(read.only().seconds == 1);
  read.reading.delivered(0, 10, read.now_ms() - 3'600'000);
  CHECK(read.only().records == 90);
  CHECK(read.only().seconds == 3'600);
}

TEST_CASE("offsets without a record at the end of a log are no lag once they were fetched") {
  Read read;
  read.log.ends[0] = 12;
  read.reading.at(0, 10);
  kafka::Statistics statistics;
  statistics.partitions = {{.topic = "t", .number = 0, .fetched_to = 12, .waiting = 1}};
  read.reading.fetched(statistics);  // the record at 10 waits to be taken
  CHECK(read.only().records == 2);
  statistics.partitions[0].waiting = 0;
  statistics.partitions[0].topic = "other";
  read.reading.fetched(statistics);
  CHECK(read.only().records == 2);
  statistics.partitions[0].topic = "t";
  read.reading.fetched(statistics);
  CHECK(read.only().records == 0);
  // A partition that is not read here.
  statistics.partitions[0].number = 7;
  read.reading.fetched(statistics);
  CHECK(read.reading.behind().size() == 1);
}
