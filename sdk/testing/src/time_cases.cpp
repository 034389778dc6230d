// Cases about time: find, and subscriptions that begin at one.
#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "bench.hpp"

namespace chatd::sdk::testing {

namespace {

// They outlive the broker, whatever it does.
using Sinks = std::deque<RecordingSink>;

// Records whose timestamps are `times` in their order, counted in the ticks that the log keeps, from a time that the log keeps
// too. All have one key, and so lie in one partition, one after the other.
class Shelf {
 public:
  Shelf(Bench& bench, const std::vector<int>& times) : bench_(bench), epoch_(bench.record({}, {}).timestamp) {
    for (const int time : times) put("early", time);
  }

  [[nodiscard]] Time at(int time) const {
    return epoch_ + time * std::max(bench_.factory().timestamp_precision(), std::chrono::nanoseconds{1});
  }
  // Publishes one more.
  void put(std::string_view name, int time) {
    auto record = bench_.record("key", text(name, '-', records.size(), "-of-time-", time));
    record.timestamp = at(time);
    const auto& sent = bench_.send(record);
    record.position = bench_.wait(sent);
    records.push_back(std::move(record));
  }
  [[nodiscard]] std::int32_t partition() const { return records.front().position.partition; }
  [[nodiscard]] std::vector<OwnedRecord> from(std::size_t number) const { return {records.begin() + as(number), records.end()}; }

  std::vector<OwnedRecord> records;

 private:
  static std::ptrdiff_t as(std::size_t number) { return static_cast<std::ptrdiff_t>(number); }

  Bench& bench_;
  Time epoch_;
};

std::vector<Position> find(Bench& bench, Time time) {
  bench.factory().step("find");
  auto found = bench.broker().find(bench.topic(), time, bench.soon());
  expect(found.has_value(), "find failed: ", found ? "" : str(found.error()));
  return *std::move(found);
}

// `found` has each partition that `extents` has, in their order.
void expect_partitions(const std::vector<Position>& found, const std::vector<Extent>& extents) {
  expect(found.size() == extents.size(), "find names ", found.size(), " partitions, the topic has ", extents.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    expect(found[i].partition == extents[i].partition, "find is not by partition number: ", found[i].partition, " stands at ", i);
}

// From the record of this number on, and what is published later, whatever its time is.
void expect_since(Bench& bench, Sinks& sinks, Shelf& shelf, int time, std::size_t number) {
  const auto first =
      number < shelf.records.size() ? shelf.records[number].position.offset : shelf.records.back().position.offset + 1;
  auto& sink = sinks.emplace_back();
  const auto subscription = bench.subscribe(From::since(shelf.at(time)), sink);
  shelf.put("late", 0);
  bench.expect_delivered(sink, shelf.from(number));
  for (const auto& begin : sink.begin()) {
    expect(begin.partition != shelf.partition() || begin.offset == first, "started(since time ", time, ") says ", str(begin),
           ", the first record of that time or a later one lies at ", first);
  }
}

// What find says of the partition with the records.
void expect_found(Bench& bench, const Shelf& shelf, int time, std::int64_t offset) {
  const auto found = find(bench, shelf.at(time));
  expect_partitions(found, bench.extents());
  const auto& at = found[static_cast<std::size_t>(shelf.partition())];
  expect(at.offset == offset, "find of time ", time, " says ", str(at), ", expected offset ", offset);
}

void since_middle(BrokerFactory& factory) {
  Sinks sinks;
  Bench bench(factory);
  bench.start();
  Shelf shelf(bench, {10, 20, 30, 40, 50, 60});
  expect_since(bench, sinks, shelf, 40, 3);
  expect_since(bench, sinks, shelf, 31, 3);
}

void since_edges(BrokerFactory& factory) {
  Sinks sinks;
  Bench bench(factory);
  bench.start();
  Shelf shelf(bench, {10, 20, 30});
  expect_since(bench, sinks, shelf, 5, 0);
  expect_since(bench, sinks, shelf, 99, shelf.records.size());
}

void since_equal_times(BrokerFactory& factory) {
  Sinks sinks;
  Bench bench(factory);
  bench.start();
  Shelf shelf(bench, {10, 20, 20, 20, 20, 30});
  expect_since(bench, sinks, shelf, 20, 1);
}

void since_times_that_go_back(BrokerFactory& factory) {
  Sinks sinks;
  Bench bench(factory);
  bench.start();
  Shelf shelf(bench, {10, 20, 5, 7, 30, 6, 40, 1});
  expect_since(bench, sinks, shelf, 15, 1);
  expect_since(bench, sinks, shelf, 6, 0);
  expect_since(bench, sinks, shelf, 25, 4);
  expect_since(bench, sinks, shelf, 40, 6);
}

void since_amid_publishes(BrokerFactory& factory) {
  RecordingSink all;
  RecordingSink some;
  Bench bench(factory);
  bench.start();
  const auto whole = bench.subscribe(From::earliest, all);
  const auto early = bench.publish("early", 100, 9);
  const auto time = early[50].timestamp;
  std::unique_ptr<Subscription> part;
  at_once(2, [&](int thread) {
    if (thread == 0) part = bench.subscribe(From::since(time), some);
    for (int i = 0; thread == 1 && i < 400; ++i) (void)bench.send(text("key-", i % 9), text("record-", i));
  });
  const auto expected = bench.answered();
  bench.expect_delivered(all, expected);
  std::map<std::int32_t, std::int64_t> begin;
  for (const auto& position : some.begin()) begin[position.partition] = position.offset;
  std::vector<OwnedRecord> expected_part;
  for (const auto& record : expected) {
    const auto from = begin.find(record.position.partition);
    const bool comes = from == begin.end() || record.position.offset >= from->second;
    expect(comes || record.timestamp < time, str(record), " at ", str(record.position),
           " is of the time that was asked for or a later one, but reading begins at ", from == begin.end() ? 0 : from->second);
    if (comes) expected_part.push_back(record);
  }
  bench.expect_delivered(some, expected_part);
}

void find_places(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  (void)bench.publish("elsewhere", 40, 40);
  const Shelf shelf(bench, {110, 120, 120, 105, 130});
  const auto offset = [&](std::size_t number) { return shelf.records[number].position.offset; };
  expect_found(bench, shelf, 110, offset(0));
  expect_found(bench, shelf, 111, offset(1));
  expect_found(bench, shelf, 120, offset(1));
  expect_found(bench, shelf, 125, offset(4));
  expect_found(bench, shelf, 131, offset(4) + 1);
  const auto extents = bench.extents();
  for (const auto& at : find(bench, Time{}))
    expect(at.offset == extents[static_cast<std::size_t>(at.partition)].begin, "find of 1970 says ", str(at),
           ", the first record lies at ", extents[static_cast<std::size_t>(at.partition)].begin);
  for (const auto& at : find(bench, shelf.at(1'000'000)))
    expect(at.offset == extents[static_cast<std::size_t>(at.partition)].end, "find of a time to come says ", str(at),
           ", the end is ", extents[static_cast<std::size_t>(at.partition)].end);
}

void find_not_found(BrokerFactory& factory) {
  Bench bench(factory);
  const auto none = bench.topic() + "-none";
  bench.start();
  factory.step("find in an unknown topic");
  const auto found = bench.broker().find(none, Time{}, bench.soon());
  expect(!found.has_value() && found.error().code == Code::not_found,
         "find in an unknown topic: ", found ? "success" : str(found.error()), ", expected NOT_FOUND");
}

void find_deadline(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  const Shelf shelf(bench, {10, 20, 30});
  factory.step("find with a deadline that has passed");
  const auto found = bench.broker().find(bench.topic(), shelf.at(20), std::chrono::steady_clock::now());
  if (found) return expect_found(bench, shelf, 20, shelf.records[1].position.offset);
  expect(found.error().code == Code::deadline_exceeded, "find with a deadline that has passed failed with ", str(found.error()),
         ", expected DEADLINE_EXCEEDED");
}

constexpr std::array cases{
    BrokerCase{"since", "a subscription since a time sees the records of that time and all that lie after it",
               &verdict_of<since_middle>},
    BrokerCase{"since-edges", "since a time before the first record is from the first, since one after the last from the end",
               &verdict_of<since_edges>},
    BrokerCase{"since-equal-times", "since a time that several records have begins at the first of them",
               &verdict_of<since_equal_times>},
    BrokerCase{"since-times-go-back", "when times go back, the first record by offset of that time or a later one counts",
               &verdict_of<since_times_that_go_back>},
    BrokerCase{"since-while-publishing", "a subscription since a time made amid publishes loses and repeats nothing",
               &verdict_of<since_amid_publishes>},
    BrokerCase{"find", "find says where a time begins in each partition, by partition number", &verdict_of<find_places>},
    BrokerCase{"find-not-found", "find in an unknown topic is NOT_FOUND", &verdict_of<find_not_found>},
    BrokerCase{"find-deadline", "find keeps its deadline", &verdict_of<find_deadline>},
};

}  // namespace

std::span<const BrokerCase> time_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
