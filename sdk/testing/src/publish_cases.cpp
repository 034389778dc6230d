// Cases about publish: its answers, its order, its limits.
#include <array>

#include "bench.hpp"

namespace chatd::sdk::testing {

namespace {

void answered_once(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  at_once(2, [&bench](int thread) {
    for (int i = 0; i < 100; ++i) (void)bench.send(text("key-", thread), text("record-", thread, '-', i));
  });
  (void)bench.answered();
  bench.destroy();
  for (const auto* sent : bench.accepted()) {
    expect(sent->completion.count() == 1, "the publish of ", str(sent->record), " was answered ", sent->completion.count(),
           " times, expected once");
  }
}

void answer_is_the_position(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto subscription = bench.subscribe(From::latest, sink);
  bench.expect_delivered(sink, bench.publish("record", 100, 10));
}

void readable_when_answered(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  for (int i = 0; i < 20; ++i) {
    auto record = bench.record(text("key-", i), text("record-", i));
    record.position = bench.wait(bench.send(record));
    RecordingReader reader;
    (void)bench.read(record.position, record.position.offset + 1, 10, reader);
    Bench::expect_same("read", reader.records, {record});
  }
}

void order_per_key(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  constexpr int keys = 5;
  for (int i = 0; i < 300; ++i) (void)bench.send(text("key-", i % keys), text(i));
  const auto expected = bench.answered();
  const auto subscription = bench.subscribe(From::earliest, sink);
  expect(sink.wait_records(expected.size(), bench.soon()), sink.records().size(), " of ", expected.size(),
         " records were delivered");
  std::array<int, keys> last;
  last.fill(-1);
  for (const auto& record : sink.records()) {
    const int now = std::stoi(record.value);
    auto& before = last.at(static_cast<std::size_t>(now % keys));
    expect(now >= before, "out of order: of key ", record.key, ", record ", now, " came after ", before);
    before = now;
  }
}

void concurrent_publishers(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto subscription = bench.subscribe(From::latest, sink);
  at_once(4, [&bench](int thread) {
    for (int i = 0; i < 250; ++i) (void)bench.send(text("key-", (thread + i) % 6), text("record-", thread, '-', i));
  });
  bench.expect_delivered(sink, bench.answered());
}

void record_limit(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto limit = bench.broker().traits().max_record_bytes;
  if (limit == 0) throw NotApplicable{"the broker claims no limit of its own"};
  if (limit > 16 * 1024 * 1024) throw NotApplicable{text("its limit of ", limit, " bytes is too large to try")};
  auto subscription = bench.subscribe(From::latest, sink);
  auto largest = bench.record("key", {});
  largest.headers = {{"name", "value"}};
  largest.value.assign(limit - 12, 'x');
  auto larger = largest;
  larger.value += 'x';
  const auto refused = bench.try_send(larger);
  expect(!refused.has_value(), "a record of ", limit + 1, " bytes was accepted; the limit is ", limit);
  expect(refused.error().code == Code::invalid_argument, "a record over the limit was refused with ", str(refused.error()),
         ", expected INVALID_ARGUMENT");
  largest.position = bench.wait(bench.send(largest));
  bench.expect_delivered(sink, {largest});
  subscription.reset();
  bench.destroy();
  expect(bench.refused().front()->completion.count() == 0, "a record over the limit was refused, and answered all the same");
}

void full_queue(BrokerFactory& factory) {
  auto plugin = factory.make_with_small_queue();
  if (!plugin) throw NotApplicable{"the factory declines make_with_small_queue"};
  RecordingSink sink;
  Bench bench(factory, std::move(plugin));
  bench.start();
  auto subscription = bench.subscribe(From::latest, sink);
  Error error;
  for (int i = 0; i < 100'000 && error.text.empty(); ++i) {
    if (const auto sent = bench.try_send(bench.record("key", text("burst-", i))); !sent) error = sent.error();
  }
  expect(!error.text.empty(), "100000 publishes were accepted; expected a full queue");
  expect(error.code == Code::resource_exhausted && error.retryable, "a full queue refused with ", str(error),
         ", expected RESOURCE_EXHAUSTED retryable");
  (void)bench.send("key", "after the burst");  // tries again until there is room
  bench.expect_delivered(sink, bench.answered());
  subscription.reset();
  bench.destroy();
  for (const auto* sent : bench.refused()) expect(sent->completion.count() == 0, "a refused publish was answered all the same");
}

void shared_log(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  auto peer = factory.make_peer(bench.plugin());
  if (!peer) throw NotApplicable{"the factory declines make_peer"};
  Bench other(factory, std::move(peer));
  other.start();
  const auto before = bench.publish("early", 10);
  auto expected = before;
  const auto subscription = other.broker().subscribe(bench.topic(), From::earliest, sink);
  expect(subscription.has_value(), "subscribe at the second plugin failed: ", subscription ? "" : str(subscription.error()));
  const auto after = bench.publish("late", 10);
  expected.insert(expected.end(), after.begin(), after.end());
  bench.expect_delivered(sink, expected);
}

constexpr std::array cases{
    BrokerCase{"answered-once", "each accepted publish is answered exactly once", &verdict_of<answered_once>},
    BrokerCase{"answer-position", "the position in the answer is the position delivered", &verdict_of<answer_is_the_position>},
    BrokerCase{"readable-when-answered", "a record can be read as soon as its publish is answered",
               &verdict_of<readable_when_answered>},
    BrokerCase{"order-per-key", "records of one key that one thread publishes keep their order", &verdict_of<order_per_key>},
    BrokerCase{"concurrent-publishers", "nothing is lost or repeated when several threads publish",
               &verdict_of<concurrent_publishers>},
    BrokerCase{"record-limit", "a record at the limit is carried, one over it is INVALID_ARGUMENT", &verdict_of<record_limit>},
    BrokerCase{"full-queue", "a full queue is RESOURCE_EXHAUSTED retryable, and what was accepted is not lost",
               &verdict_of<full_queue>},
    BrokerCase{"shared-log", "a second host sees every record", &verdict_of<shared_log>},
};

}  // namespace

std::span<const BrokerCase> publish_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
