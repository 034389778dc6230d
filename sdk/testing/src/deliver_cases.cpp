// Cases about subscriptions: where they begin, what they bring, and when they are silent.
#include <array>
#include <atomic>
#include <map>
#include <set>

#include "bench.hpp"

namespace chatd::sdk::testing {

using namespace std::string_literals;

namespace {

void round_trip(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto subscription = bench.subscribe(From::latest, sink);
  const auto limit = bench.broker().traits().max_record_bytes;
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);

  std::vector<OwnedRecord> records;
  records.push_back(bench.record("key", ""));
  records.push_back(bench.record("", "without a key"));
  records.push_back(bench.record(all_bytes, all_bytes));
  records.push_back(bench.record("k\0y"s, "va\0lue\0"s));
  records.push_back(bench.record("key", "with headers"));
  records.back().headers = {{"name", "value"}, {"name", "another value"}, {"empty", ""}, {"bytes", all_bytes}};
  records.push_back(bench.record("key", "of 1970"));
  records.back().timestamp = Time{std::chrono::seconds{1}};
  if (limit == 0 || limit >= 70'000) records.push_back(bench.record("key", std::string(64 * 1024, 'x')));

  for (const auto& record : records) (void)bench.send(record);
  bench.expect_delivered(sink, bench.answered());
}

void latest_begins_now(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  (void)bench.publish("early", 30);
  const auto subscription = bench.subscribe(From::latest, sink);
  bench.expect_delivered(sink, bench.publish("late", 30));
}

void earliest_sees_all(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  auto expected = bench.publish("early", 30);
  const auto subscription = bench.subscribe(From::earliest, sink);
  const auto late = bench.publish("late", 30);
  expected.insert(expected.end(), late.begin(), late.end());
  bench.expect_delivered(sink, expected);
}

void started_first(BrokerFactory& factory) {
  RecordingSink sink;
  RecordingSink from_start;
  Bench bench(factory);
  bench.start();
  const auto expected = bench.publish("early", 30);
  const auto extents = bench.extents();
  const auto latest = bench.subscribe(From::latest, sink);
  const auto earliest = bench.subscribe(From::earliest, from_start);
  bench.expect_delivered(sink, bench.publish("late", 30));
  (void)from_start.wait_records(60, bench.soon());
  for (const auto* one : {&sink, &from_start}) {
    expect(one->times_started() == 1, "started was called ", one->times_started(), " times, expected once");
    expect(!one->before_started(), "records or a gap came before started");
    expect(!one->overlapped(), "two calls of one sink came at one time");
  }
  for (const auto& extent : extents) {
    for (const auto& begin : sink.begin()) {
      expect(begin.partition != extent.partition || begin.offset == extent.end, "started(latest) says ", str(begin),
             ", the partition's end was ", extent.end);
    }
    for (const auto& begin : from_start.begin()) {
      expect(begin.partition != extent.partition || begin.offset == extent.begin, "started(earliest) says ", str(begin),
             ", the partition's begin was ", extent.begin);
    }
  }
}

void every_subscriber(BrokerFactory& factory) {
  std::array<RecordingSink, 3> sinks;
  Bench bench(factory);
  bench.start();
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (auto& sink : sinks) subscriptions.push_back(bench.subscribe(From::latest, sink));
  const auto expected = bench.publish("record", 60);
  for (const auto& sink : sinks) bench.expect_delivered(sink, expected);
}

void offsets_grow(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto early = bench.publish("early", 200, 20);
  const auto subscription = bench.subscribe(From::earliest, sink);
  (void)bench.publish("late", 200, 20);
  expect(sink.wait_records(400, bench.soon()), sink.records().size(), " of 400 records were delivered");
  std::map<std::int32_t, std::int64_t> last;
  std::map<std::string, std::int32_t> partition_of;
  for (const auto& record : sink.records()) {
    const auto [partition, offset] = record.position;
    const auto known = last.find(partition);
    expect(known == last.end() || known->second < offset, "offsets of partition ", partition, " do not grow: ", offset,
           " came after ", known == last.end() ? 0 : known->second);
    last[partition] = offset;
    const auto home = partition_of.try_emplace(record.key, partition).first->second;
    expect(home == partition, "key ", record.key, " lies in partition ", home, " and in partition ", partition);
  }
}

void slow_sink(BrokerFactory& factory) {
  RecordingSink slow;
  RecordingSink quick;
  Bench bench(factory);
  bench.start();
  const auto slow_subscription = bench.subscribe(From::latest, slow);
  const auto quick_subscription = bench.subscribe(From::latest, quick);
  const Release release(slow);
  slow.hold();
  auto expected = bench.publish("first", 1);
  expect(slow.wait_held(bench.soon()), "the first record was not delivered");
  factory.step("publish while a sink is held");
  const auto more = bench.publish("record", 500);
  expected.insert(expected.end(), more.begin(), more.end());
  bench.expect_delivered(quick, expected);
  slow.release();
  bench.expect_delivered(slow, expected);
}

void unsubscribed_is_silent(BrokerFactory& factory) {
  RecordingSink gone;
  RecordingSink fence;
  Bench bench(factory);
  bench.start();
  const auto stays = bench.subscribe(From::latest, fence);
  auto leaves = bench.subscribe(From::latest, gone);
  auto expected = bench.publish("before", 20);
  bench.expect_delivered(gone, expected);
  factory.step("unsubscribe");
  leaves.reset();
  const int calls = gone.calls();
  const auto after = bench.publish("after", 50);
  expected.insert(expected.end(), after.begin(), after.end());
  bench.expect_delivered(fence, expected);
  // None may come at all; those that do may come later than the other's.
  (void)gone.wait_records(gone.records().size() + 1, std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
  bench.stop();
  expect(gone.calls() == calls, "the sink was called ", gone.calls() - calls, " times after its subscription was destroyed");
}

void unsubscribe_waits(BrokerFactory& factory) {
  RecordingSink sink;
  RecordingSink fence;
  Bench bench(factory);
  bench.start();
  const auto stays = bench.subscribe(From::latest, fence);
  auto subscription = bench.subscribe(From::latest, sink);
  const Release release(sink);
  sink.hold();
  auto expected = bench.publish("record", 1);
  expect(sink.wait_held(bench.soon()), "the record was not delivered");
  factory.step("unsubscribe while the sink is called");
  std::atomic<bool> begun = false;
  at_once(2, [&](int thread) {
    if (thread == 0) {
      begun = true;
      begun.notify_all();
      subscription.reset();
      expect(!sink.busy(), "a call of the sink was under way when its subscription was destroyed");
      return;
    }
    const Release afterwards(sink);
    // A broker that does not wait is caught when it returns while another subscription is brought these; one that waits is right
    // however long it takes.
    begun.wait(false);
    for (int round = 0; round < 10; ++round) {
      const auto more = bench.publish(text("meanwhile-", round), 1);
      expected.insert(expected.end(), more.begin(), more.end());
      bench.expect_delivered(fence, expected);
    }
  });
}

void subscribe_while_publishing(BrokerFactory& factory) {
  RecordingSink all;
  RecordingSink some;
  Bench bench(factory);
  bench.start();
  const auto whole = bench.subscribe(From::earliest, all);
  std::unique_ptr<Subscription> part;
  at_once(2, [&](int thread) {
    if (thread == 0) part = bench.subscribe(From::latest, some);
    for (int i = 0; thread == 1 && i < 400; ++i) (void)bench.send(text("key-", i % 9), text("record-", i));
  });
  const auto expected = bench.answered();
  bench.expect_delivered(all, expected);
  // What lies at or after the places that started named, and nothing else.
  std::map<std::int32_t, std::int64_t> begin;
  for (const auto& position : some.begin()) begin[position.partition] = position.offset;
  std::vector<OwnedRecord> expected_part;
  for (const auto& record : expected) {
    const auto from = begin.find(record.position.partition);
    if (from == begin.end() || record.position.offset >= from->second) expected_part.push_back(record);
  }
  bench.expect_delivered(some, expected_part);
}

void new_partitions(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto subscription = bench.subscribe(From::latest, sink);
  auto expected = bench.publish("before", 20, 20);
  const auto before = bench.extents().size();
  factory.step("add partitions");
  if (!factory.add_partitions(bench.plugin(), bench.topic(), 3)) throw NotApplicable{"the factory declines add_partitions"};
  std::set<std::int32_t> reached;
  const auto deadline = bench.soon();
  for (int round = 0; reached.size() < before + 3; ++round) {
    expect(std::chrono::steady_clock::now() < deadline, "of ", before + 3, " partitions only ", reached.size(),
           " got records within the patience");
    const auto more = bench.publish(text("after-", round), 50, 50);
    for (const auto& record : more) reached.insert(record.position.partition);
    expected.insert(expected.end(), more.begin(), more.end());
  }
  bench.expect_delivered(sink, expected);
}

constexpr std::array cases{
    BrokerCase{"round-trip", "keys, values, headers and timestamps come as they were published", &verdict_of<round_trip>},
    BrokerCase{"latest", "a subscription from latest sees what comes after started, and nothing older",
               &verdict_of<latest_begins_now>},
    BrokerCase{"earliest", "a subscription from earliest sees all", &verdict_of<earliest_sees_all>},
    BrokerCase{"started-first", "started comes first, once, with the places where reading begins", &verdict_of<started_first>},
    BrokerCase{"every-subscriber", "every subscriber sees every record", &verdict_of<every_subscriber>},
    BrokerCase{"offsets-grow", "offsets of a partition grow as they are delivered, and a key has one partition",
               &verdict_of<offsets_grow>},
    BrokerCase{"slow-sink", "a slow sink stops neither publishers nor other sinks, and loses nothing", &verdict_of<slow_sink>},
    BrokerCase{"unsubscribed-silent", "no callback comes after a subscription is destroyed", &verdict_of<unsubscribed_is_silent>},
    BrokerCase{"unsubscribe-waits", "destroying a subscription waits for a call of its sink", &verdict_of<unsubscribe_waits>},
    BrokerCase{"subscribe-while-publishing", "a subscription made amid publishes sees exactly what lies after its begin",
               &verdict_of<subscribe_while_publishing>},
    BrokerCase{"new-partitions", "partitions added later are seen from their start", &verdict_of<new_partitions>},
};

}  // namespace

std::span<const BrokerCase> deliver_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
