// Cases about the life of a broker's plugin: stop, drain, threads, and who may call when.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <semaphore>
#include <thread>

#include "bench.hpp"

namespace chatd::sdk::testing {

namespace {

void expect_unavailable(Bench& bench, std::string_view when) {
  const auto sent = bench.try_send(bench.record("key", text("published ", when)));
  expect(!sent.has_value(), "a publish ", when, " was accepted, expected UNAVAILABLE");
  expect(sent.error().code == Code::unavailable, "a publish ", when, " was refused with ", str(sent.error()),
         ", expected UNAVAILABLE");
}

void expect_refused_silent(Bench& bench) {
  for (const auto* sent : bench.refused()) {
    expect(sent->completion.count() == 0, str(sent->record), " was refused, and its completion was called all the same");
  }
}

void expect_each_answered_once(Bench& bench, std::string_view when) {
  for (const auto* sent : bench.accepted()) {
    const int count = sent->completion.count();
    expect(count != 0, "no answer to the publish of ", str(sent->record), " ", when);
    expect(count == 1, "the publish of ", str(sent->record), " was answered ", count, " times, expected once");
  }
}

void stop_without_start(BrokerFactory& factory) {
  Bench bench(factory);
  bench.stop();
}

void stop_twice(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  bench.stop();
  bench.stop();
}

void threads_are_joined(BrokerFactory& factory) {
  std::jthread([] {}).join();  // a sanitizer's own thread comes with the process's first
  const auto before = threads();
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  {
    auto subscription = bench.subscribe(From::latest, sink);
    (void)bench.publish("record", 10);
  }
  bench.stop();
  expect_threads(before, "after stop", bench.soon());
  bench.destroy();
  expect_threads(before, "after destroy", bench.soon());
}

void refuses_before_start(BrokerFactory& factory) {
  Bench bench(factory);
  expect_unavailable(bench, "before start");
  expect(!bench.broker().health().ready, "health is ready before start");
  bench.destroy();
  expect_refused_silent(bench);
}

void refuses_after_drain(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  (void)bench.publish("record", 3);
  const auto drained = bench.plugin().drain(bench.soon());
  expect(drained.has_value(), "drain failed with nothing left to do: ", drained ? "" : str(drained.error()));
  expect_unavailable(bench, "after drain");
  bench.destroy();
  expect_refused_silent(bench);
}

void refuses_after_stop(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  (void)bench.publish("record", 3);
  bench.stop();
  expect_unavailable(bench, "after stop");
  expect(!bench.broker().health().ready, "health is ready after stop");
  bench.destroy();
  expect_refused_silent(bench);
}

void stop_ends_subscriptions(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  auto subscription = bench.subscribe(From::latest, sink);
  bench.expect_delivered(sink, bench.publish("record", 20));
  bench.stop();
  expect(!sink.busy(), "a call of the sink was under way when stop returned");
  const int calls = sink.calls();
  subscription.reset();
  bench.destroy();
  expect(sink.calls() == calls, "the sink was called ", sink.calls() - calls, " times after stop");
}

void drain_answers(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  for (int i = 0; i < 200; ++i) (void)bench.send("key", text("record-", i));
  factory.step("drain");
  const auto drained = bench.plugin().drain(bench.soon());
  expect(drained.has_value(), "drain failed: ", drained ? "" : str(drained.error()));
  expect_each_answered_once(bench, "when drain returned OK");
}

void drain_keeps_its_deadline(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  for (int i = 0; i < 200; ++i) (void)bench.send("key", text("record-", i));
  factory.step("drain with a deadline that has passed");
  const auto drained = bench.plugin().drain(std::chrono::steady_clock::now());
  if (drained) {
    expect_each_answered_once(bench, "when drain returned OK");
  } else {
    expect(!drained.error().text.empty(), "drain failed without a text that says what is left");
  }
  bench.stop();
  expect_each_answered_once(bench, "when stop returned");
}

void silent_after_stop(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  auto subscription = bench.subscribe(From::latest, sink);
  for (int i = 0; i < 500; ++i) (void)bench.send(text("key-", i % 7), text("record-", i));
  bench.stop();
  expect_each_answered_once(bench, "when stop returned");
  const int calls = sink.calls();
  subscription.reset();
  bench.destroy();
  expect_each_answered_once(bench, "after stop");
  expect(sink.calls() == calls, "the sink was called ", sink.calls() - calls, " times after stop");
}

void stop_waits(BrokerFactory& factory) {
  RecordingSink sink;
  Bench bench(factory);
  bench.start();
  const auto subscription = bench.subscribe(From::latest, sink);
  const Release release(sink);
  sink.hold();
  (void)bench.publish("record", 1);
  expect(sink.wait_held(bench.soon()), "the record was not delivered");
  // One that waits is right however long it takes; one that does not has this long to come back too soon.
  constexpr std::chrono::milliseconds too_soon{200};
  std::atomic<bool> begun = false;
  std::binary_semaphore stopped(0);
  at_once(2, [&](int thread) {
    if (thread == 0) {
      begun = true;
      begun.notify_one();
      bench.stop();
      const bool busy = sink.busy();
      stopped.release();
      expect(!busy, "a call of the sink was under way when stop returned");
      return;
    }
    const Release afterwards(sink);
    begun.wait(false);
    (void)stopped.try_acquire_for(too_soon);
  });
}

void stop_amid_publishes(BrokerFactory& factory) {
  Bench bench(factory);
  bench.start();
  const auto deadline = bench.soon();
  int at_stop = 0;
  at_once(4, [&](int thread) {
    if (thread == 0) {
      while (bench.answers() < 30 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
      bench.stop();
      at_stop = bench.answers();
      return;
    }
    for (int i = 0;; ++i) {
      const auto sent = bench.try_send(bench.record("key", text(thread, '-', i)));
      if (!sent && sent.error().code == Code::unavailable) return;
      expect(std::chrono::steady_clock::now() < deadline,
             "publishes were not refused with UNAVAILABLE within the patience after stop");
    }
  });
  expect_each_answered_once(bench, "when stop returned");
  expect(bench.answers() == at_stop, bench.answers() - at_stop, " answers came after stop");
}

constexpr std::array cases{
    BrokerCase{"stop-without-start", "stop is legal without start", &verdict_of<stop_without_start>},
    BrokerCase{"stop-twice", "stop is legal twice", &verdict_of<stop_twice>},
    BrokerCase{"threads-joined", "stop joins all threads, and destroy leaves none", &verdict_of<threads_are_joined>},
    BrokerCase{"refuses-before-start", "publish before start is UNAVAILABLE and not answered", &verdict_of<refuses_before_start>},
    BrokerCase{"refuses-after-drain", "publish after drain is UNAVAILABLE and not answered", &verdict_of<refuses_after_drain>},
    BrokerCase{"refuses-after-stop", "publish after stop is UNAVAILABLE and not answered", &verdict_of<refuses_after_stop>},
    BrokerCase{"stop-ends-subscriptions", "stop ends deliveries; a subscription may be destroyed after it",
               &verdict_of<stop_ends_subscriptions>},
    BrokerCase{"stop-waits", "stop waits for a call of a sink", &verdict_of<stop_waits>},
    BrokerCase{"stop-amid-publishes", "stop answers publishes of other threads, and no answer comes after it",
               &verdict_of<stop_amid_publishes>},
    BrokerCase{"drain-answers", "when drain returns OK, each accepted publish has been answered once",
               &verdict_of<drain_answers>},
    BrokerCase{"drain-deadline", "drain keeps its deadline, and stop answers what drain left",
               &verdict_of<drain_keeps_its_deadline>},
    BrokerCase{"silent-after-stop", "stop answers all that was accepted; no callback comes after it",
               &verdict_of<silent_after_stop>},
};

}  // namespace

std::span<const BrokerCase> lifecycle_cases() noexcept { return cases; }

}  // namespace chatd::sdk::testing
