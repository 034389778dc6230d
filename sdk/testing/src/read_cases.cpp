// Cases about read and extents.
#include <algorithm>
#include <array>

#include "bench.hpp"

namespace chatd::sdk::testing {

namespace {

// A topic with records, seen from its fullest partition.
struct Shelf {
  Shelf(Bench& bench, std::size_t count) {
    bench.start();
    for (auto& record : bench.publish("record", count, 1)) {
      if (records.empty() || records.front().position.partition == record.position.partition)
        records.push_back(std::move(record));
    }
    std::ranges::sort(records, {}, [](const auto& record) { return record.position; });
    for (const auto& one : bench.extents()) {
      if (one.partition == records.front().position.partition) extent = one;
    }
  }

  [[nodiscard]] Position at(std::int64_t offset) const { return {extent.partition, offset}; }
  // The records of offsets [from, to).
  [[nodiscard]] std::vector<OwnedRecord> slice(std::int64_t from, std::int64_t to) const {
    std::vector<OwnedRecord> slice;
    std::ranges::copy_if(records, std::back_inserter(slice),
                         [&](const auto& record) { return record.position.offset >= from && record.position.offset < to; });
    return slice;
  }

  std::vector<OwnedRecord> records;
  Extent extent;
};

void expect_code(const Result<std::int64_t>& result, Code code, std::string_view what) {
  expect(!result.has_value(), what, " succeeded, expected ", name(code));
  expect(result.error().code == code, what, " failed with ", str(result.error()), ", expected ", name(code));
}

void expect_in_order(const std::vector<OwnedRecord>& records) {
  expect(std::ranges::is_sorted(records, {}, [](const auto& record) { return record.position; }),
         "read gave records out of order");
}

void exact_range(BrokerFactory& factory) {
  Bench bench(factory);
  const Shelf shelf(bench, 50);
  const auto from = shelf.records[10].position.offset;
  const auto to = shelf.records[30].position.offset;
  RecordingReader reader;
  const auto next = bench.read(shelf.at(from), to, 1000, reader);
  expect_in_order(reader.records);
  Bench::expect_same("read", reader.records, shelf.slice(from, to));
  expect(next == to, "a read of [", from, ", ", to, ") goes on from ", next, ", expected ", to);
}

void limit_and_pages(BrokerFactory& factory) {
  Bench bench(factory);
  const Shelf shelf(bench, 50);
  std::vector<OwnedRecord> got;
  for (auto offset = shelf.extent.begin; offset < shelf.extent.end;) {
    RecordingReader page;
    const auto next = bench.read(shelf.at(offset), shelf.extent.end, 7, page);
    expect(page.records.size() <= 7, "a read with limit 7 gave ", page.records.size(), " records");
    expect(next > offset, "a read from ", offset, " goes on from ", next, ": it does not move on");
    got.insert(got.end(), page.records.begin(), page.records.end());
    offset = next;
  }
  expect_in_order(got);
  Bench::expect_same("read", got, shelf.records);
}

void at_the_end(BrokerFactory& factory) {
  Bench bench(factory);
  const Shelf shelf(bench, 10);
  RecordingReader reader;
  const auto end = shelf.extent.end;
  const auto next = bench.read(shelf.at(end), end + 100, 10, reader);
  expect(reader.records.empty(), "a read from the end gave ", reader.records.size(), " records");
  expect(next == end, "a read from the end, ", end, ", goes on from ", next);
}

void beyond_the_end(BrokerFactory& factory) {
  Bench bench(factory);
  const Shelf shelf(bench, 10);
  RecordingReader reader;
  const auto far = shelf.extent.end + 5;
  expect_code(bench.broker().read(bench.topic(), shelf.at(far), far + 10, 10, reader, bench.soon()), Code::out_of_range,
              "a read from beyond the end");
  expect_code(bench.broker().read(bench.topic(), shelf.at(-1), far, 10, reader, bench.soon()), Code::out_of_range,
              "a read from before the begin");
  expect(reader.records.empty(), "a read out of range gave ", reader.records.size(), " records");
}

void not_found(BrokerFactory& factory) {
  Bench bench(factory);
  const Shelf shelf(bench, 10);
  RecordingReader reader;
  const auto none = bench.topic() + "-none";
  expect_code(bench.broker().read(bench.topic(), {4711, 0}, 1, 10, reader, bench.soon()), Code::not_found,
              "a read of partition 4711");
  expect_code(bench.broker().read(none, {0, 0}, 1, 10, reader, bench.soon()), Code::not_found, "a read of an unknown topic");
  const auto extents = bench.broker().extents(none, bench.soon());
  expect(!extents.has_value() && extents.error().code == Code::not_found,
         "extents of an unknown topic: ", extents ? "success" : str(extents.error()), ", expected NOT_FOUND");
}

void extents_agree(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  const auto expected = bench.publish("record", 100, 20);
  std::vector<OwnedRecord> got;
  std::int32_t number = 0;
  for (const auto& extent : bench.extents()) {
    expect(extent.partition == number, "extents are not by partition number: ", extent.partition, " stands at ", number);
    ++number;
    expect(extent.begin <= extent.end, "extent [", extent.begin, ", ", extent.end, ") of partition ", extent.partition);
    const auto records = bench.read_all(extent);
    got.insert(got.end(), records.begin(), records.end());
  }
  Bench::expect_same("within the extents", got, expected);
}

void deadline_is_kept(BrokerFactory& factory) {
  Bench bench(factory);
  const Shelf shelf(bench, 10);
  RecordingReader reader;
  factory.step("read with a deadline that has passed");
  const auto passed = std::chrono::steady_clock::now();
  const auto next = bench.broker().read(bench.topic(), shelf.at(shelf.extent.begin), shelf.extent.end, 100, reader, passed);
  if (next)
    Bench::expect_same("read", reader.records, shelf.slice(shelf.extent.begin, *next));
  else
    expect_code(next, Code::deadline_exceeded, "a read with a deadline that has passed");
  factory.step("extents with a deadline that has passed");
  const auto extents = bench.broker().extents(bench.topic(), passed);
  expect(extents.has_value() || extents.error().code == Code::deadline_exceeded,
         "extents with a deadline that has passed failed with ", extents ? "" : str(extents.error()),
         ", expected DEADLINE_EXCEEDED");
}

constexpr std::array cases{
    BrokerCase{"read-range", "read gives exactly the range, and where to go on", &verdict_of<exact_range>},
    BrokerCase{"read-pages", "read keeps its limit, and pages follow each other", &verdict_of<limit_and_pages>},
    BrokerCase{"read-at-end", "read from the end reads nothing and succeeds", &verdict_of<at_the_end>},
    BrokerCase{"read-out-of-range", "read from outside the log is OUT_OF_RANGE", &verdict_of<beyond_the_end>},
    BrokerCase{"read-not-found", "an unknown topic or partition is NOT_FOUND", &verdict_of<not_found>},
    BrokerCase{"extents", "extents hold exactly what was published, by partition number", &verdict_of<extents_agree>},
    BrokerCase{"read-deadline", "read and extents keep their deadline", &verdict_of<deadline_is_kept>},
};

}  // namespace

std::span<const BrokerCase> read_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
