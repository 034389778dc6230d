#include "host/hub/inbox.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "streams.hpp"

using namespace chatd::hub;

namespace {

struct CountedWake final : Wake {
  void wake() noexcept override { ++count; }
  std::atomic<int> count = 0;
};

// Wakes a thread that sleeps.
struct Bell final : Wake {
  void wake() noexcept override { rung.release(); }
  std::counting_semaphore<> rung{0};
};

void put(Inbox& inbox, std::initializer_list<const char*> texts) {
  std::vector<Arrival> batch;
  for (const char* said : texts) batch.push_back({.room = "room", .frame = frame(said)});
  inbox.put(batch);
  CHECK(batch.empty());
}

Texts texts(const Inbox::Contents& contents) {
  Texts all;
  for (const auto& arrival : contents.arrivals) all.push_back(text(*arrival.frame));
  return all;
}

}  // namespace

TEST_CASE("what is put into an inbox comes out in order, once") {
  CountedWake wake;
  Inbox inbox(wake);
  Inbox::Contents contents;
  Texts ran;
  put(inbox, {"1", "2"});
  inbox.put([&]() noexcept { ran.emplace_back("a"); });
  put(inbox, {"3"});
  inbox.put([&]() noexcept { ran.emplace_back("b"); });

  inbox.take(contents);
  CHECK(texts(contents) == Texts{"1", "2", "3"});
  CHECK(contents.arrivals.front().room == "room");
  REQUIRE(contents.tasks.size() == 2);
  for (auto& task : contents.tasks) task();
  CHECK(ran == Texts{"a", "b"});

  inbox.take(contents);
  CHECK(contents.arrivals.empty());
  CHECK(contents.tasks.empty());
}

TEST_CASE("many puts share one wake-up, until the queue has looked") {
  CountedWake wake;
  Inbox inbox(wake);
  Inbox::Contents contents;
  for (int i = 0; i < 10; ++i) put(inbox, {"x"});
  inbox.put([]() noexcept {});
  CHECK(wake.count == 1);
  inbox.take(contents);
  CHECK(wake.count == 1);
  inbox.put([]() noexcept {});
  put(inbox, {"y"});
  CHECK(wake.count == 2);
  inbox.take(contents);
  inbox.take(contents);  // a look for nothing
  put(inbox, {"z"});
  CHECK(wake.count == 3);
}

TEST_CASE("an inbox keeps no frame that was taken") {
  CountedWake wake;
  Inbox inbox(wake);
  Inbox::Contents contents;
  std::vector<Arrival> batch;
  batch.push_back({.room = "", .frame = frame("x")});
  const std::weak_ptr<const Frame> alive = batch.front().frame;
  inbox.put(batch);
  inbox.take(contents);
  CHECK_FALSE(alive.expired());
  inbox.take(contents);
  CHECK(alive.expired());
}

TEST_CASE("of what several threads put into an inbox nothing is lost and each one's order stays") {
  constexpr int producers = 4;
  constexpr int each = 3000;
  Bell bell;
  Inbox inbox(bell);
  std::atomic<int> tasks_run = 0;

  std::vector<std::jthread> threads;
  for (int producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&inbox, &tasks_run, producer] {
      std::vector<Arrival> batch;
      for (int i = 0; i < each; ++i) {
        batch.push_back({.room = std::to_string(producer), .frame = frame(std::to_string(i))});
        if (i % 3 == 0 || i + 1 == each) inbox.put(batch);
        if (i % 7 == 0) inbox.put([&tasks_run]() noexcept { ++tasks_run; });
      }
    });
  }

  // Looks only when woken: a wake-up that was lost would leave it asleep.
  std::map<std::string, int> next;
  int seen = 0;
  Inbox::Contents contents;
  const int tasks = producers * ((each + 6) / 7);
  while (seen < producers * each || tasks_run < tasks) {
    REQUIRE(bell.rung.try_acquire_for(std::chrono::seconds(30)));
    inbox.take(contents);
    for (const auto& arrival : contents.arrivals) {
      if (text(*arrival.frame) != std::to_string(next[arrival.room]++)) FAIL("out of order");
      ++seen;
    }
    for (auto& task : contents.tasks) task();
  }
  CHECK(seen == producers * each);
  CHECK(tasks_run == tasks);
}

TEST_CASE("an inbox that is full makes a feed wait until it was looked into") {
  CountedWake wake;
  Inbox inbox(wake);
  Inbox::Contents contents;
  std::vector<Arrival> large;
  SECTION("of frames") { large.push_back({.room = "room", .frame = frame("large", Inbox::most_bytes)}); }
  SECTION("of records that are no message") {
    for (std::size_t i = 0; i <= Inbox::most_bytes / sizeof(Arrival); ++i) large.push_back({.kind = Arrival::Kind::nothing});
  }
  const auto many = large.size();
  inbox.put(large);
  std::vector<Arrival> next;
  next.push_back({.room = "room", .frame = frame("next")});
  std::atomic<bool> in = false;
  std::jthread feed([&] {
    inbox.put(next);
    in = true;
  });
  for (int i = 0; i < 100; ++i) std::this_thread::yield();
  CHECK_FALSE(in);
  inbox.take(contents);
  CHECK(contents.arrivals.size() == many);
  feed.join();
  inbox.take(contents);
  CHECK(texts(contents) == Texts{"next"});
}
