// Reading stretches of a partition: pages that follow each other, several readers, brokers that do not answer.
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "catch.hpp"
#include "running.hpp"

using namespace chatd;
using sdk::Code;
using sdk::testing::RecordingReader;
using test::Mock;
using test::Request;
using test::Running;
using test::soon;

namespace {

std::vector<std::string> values(const RecordingReader& reader) {
  std::vector<std::string> all;
  for (const auto& record : reader.records) all.push_back(record.value);
  return all;
}

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i < to; ++i) all.push_back(std::to_string(i));
  return all;
}

void publish(Running& running, int from, int to, const std::string& topic = "t") {
  for (int i = from; i < to; ++i) REQUIRE(running.publish("k", std::to_string(i), topic));
}

// Stays in its first call until it is let go.
class Standing final : public sdk::Reader {
 public:
  void take(std::span<const sdk::StoredRecord> batch) noexcept override {
    std::unique_lock lock(mutex_);
    count_ += batch.size();
    changed_.notify_all();
    changed_.wait(lock, [this] { return go_; });
  }
  bool wait_called() {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, soon(), [this] { return count_ > 0; });
  }
  void go() {
    const std::lock_guard lock(mutex_);
    go_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  bool go_ = false;
};

}  // namespace

TEST_CASE("pages that follow each other ask the brokers nothing, until they come to the end that was known") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  publish(running, 0, 50);
  RecordingReader reader;
  REQUIRE(running.broker.read("t", {0, 0}, 1'000, 10, reader, soon()) == 10);
  publish(running, 50, 60);
  mock.fail(Request::list_offsets, std::vector<int>(10'000, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION));
  for (int from = 10; from < 50; from += 10) REQUIRE(running.broker.read("t", {0, from}, 1'000, 10, reader, soon()) == from + 10);
  CHECK(values(reader) == numbers(0, 50));

  mock.clear(Request::list_offsets);
  REQUIRE(running.broker.read("t", {0, 50}, 1'000, 100, reader, soon()) == 60);
  CHECK(values(reader) == numbers(0, 60));
  publish(running, 60, 61);
  CHECK(running.broker.read("t", {0, 60}, 1'000, 100, reader, soon()) == 61);
  CHECK(values(reader) == numbers(0, 61));
}

TEST_CASE("pages may go back, overlap and jump") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  publish(running, 0, 60);
  for (const int from : {40, 20, 0, 10, 5, 50, 20, 40}) {
    RecordingReader reader;
    REQUIRE(running.broker.read("t", {0, from}, from + 10, 100, reader, soon()) == from + 10);
    CHECK(values(reader) == numbers(from, from + 10));
  }
}

TEST_CASE("a read of what has gone since the last read is OUT_OF_RANGE, and says what there is") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  RecordingReader reader;
  // Twice what the mock keeps.
  const std::string value(100'000, 'x');
  REQUIRE(running.publish("k", value));
  REQUIRE(running.broker.read("t", {0, 0}, 1, 10, reader, soon()) == 1);
  for (int i = 0; i < 100; ++i) REQUIRE(running.send("k", value).accepted);
  for (const auto& sent : running.sent) REQUIRE(sent.done.wait(soon()).has_value());
  const auto gone = running.broker.read("t", {0, 0}, 1, 10, reader, soon());
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == Code::out_of_range);
  CHECK(gone.error().text.starts_with("kafka: topic \"t\" partition 0 has no offset 0; it holds ["));
  CHECK(reader.records.size() == 1);
}

TEST_CASE("a reader that stands still holds up those of its partition until their deadline, and no others") {
  Mock mock;
  mock.make_topic("t", 1);
  mock.make_topic("other", 1);
  Running running(mock);
  publish(running, 0, 10);
  publish(running, 0, 10, "other");
  Standing standing;
  {
    const std::jthread first([&] { (void)running.broker.read("t", {0, 0}, 10, 10, standing, soon()); });
    CHECK(standing.wait_called());
    RecordingReader reader;
    CHECK(running.broker.read("other", {0, 0}, 10, 10, reader, soon()) == 10);
    CHECK(values(reader) == numbers(0, 10));
    const auto late =
        running.broker.read("t", {0, 0}, 10, 10, reader, std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
    CHECK((!late && late.error().code == Code::deadline_exceeded && late.error().retryable));
    standing.go();
  }
  RecordingReader reader;
  CHECK(running.broker.read("t", {0, 0}, 10, 10, reader, soon()) == 10);
}

TEST_CASE("more partitions than are kept are read, each from its place") {
  Mock mock;
  Running running(mock);
  std::vector<std::string> topics;
  for (int i = 0; i < 20; ++i) topics.push_back("t" + std::to_string(i));
  for (const auto& topic : topics) {
    mock.make_topic(topic, 1);
    publish(running, 0, 4, topic);
  }
  for (int from = 0; from < 4; ++from) {
    for (const auto& topic : topics) {
      RecordingReader reader;
      REQUIRE(running.broker.read(topic, {0, from}, 4, 1, reader, soon()) == from + 1);
      CHECK(values(reader) == numbers(from, from + 1));
    }
  }
}

TEST_CASE("fetches of a read that fail are tried again") {
  // The last: a leader that has not heard of the offset yet.
  const int error =
      GENERATE(RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
               RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
  INFO(rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)));
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  publish(running, 0, 10);
  mock.fail(Request::fetch, {error, error});
  RecordingReader reader;
  CHECK(running.broker.read("t", {0, 0}, 10, 10, reader, soon()) == 10);
  CHECK(values(reader) == numbers(0, 10));
}

TEST_CASE("a read from brokers that are gone ends at its deadline, and the next goes on when they are back") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  publish(running, 0, 10);
  RecordingReader reader;
  REQUIRE(running.broker.read("t", {0, 0}, 10, 5, reader, soon()) == 5);
  mock.down();
  RecordingReader nothing;
  const auto late =
      running.broker.read("t", {0, 0}, 10, 5, nothing, std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::deadline_exceeded);
  mock.up();
  REQUIRE(running.broker.read("t", {0, 5}, 10, 5, reader, soon()) == 10);
  CHECK(values(reader) == numbers(0, 10));
}

TEST_CASE("stop ends what is kept of reads") {
  Mock mock;
  mock.make_topic("t", 1);
  Running running(mock);
  publish(running, 0, 10);
  RecordingReader reader;
  REQUIRE(running.broker.read("t", {0, 0}, 10, 5, reader, soon()) == 5);
  running.broker.stop();
  CHECK(running.broker.read("t", {0, 5}, 10, 5, reader, soon()).error().text == "kafka: read after stop");
}
