#include "host/hub/read_queue.hpp"

#include <atomic>
#include <semaphore>
#include <vector>

#include "catch.hpp"

using namespace chatd::hub;

TEST_CASE("tasks are run in order, on another thread") {
  ReadQueue queue;
  std::vector<int> ran;
  std::binary_semaphore done(0);
  for (int i = 0; i < 100; ++i) CHECK(queue.put([&ran, i]() noexcept { ran.push_back(i); }));
  CHECK(queue.put([&done]() noexcept { done.release(); }));
  queue.start();
  done.acquire();
  REQUIRE(ran.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(ran[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a queue that stops finishes the task under way, and takes no other") {
  ReadQueue queue;
  std::binary_semaphore begun(0);
  std::atomic<bool> finished = false;
  CHECK(queue.put([&]() noexcept {
    begun.release();
    finished = true;
  }));
  queue.start();
  begun.acquire();
  queue.stop();
  CHECK(finished);
  CHECK_FALSE(queue.put([]() noexcept {}));
  queue.stop();
}

TEST_CASE("only so many tasks wait") {
  ReadQueue queue;
  for (std::size_t i = 0; i < ReadQueue::most; ++i) REQUIRE(queue.put([]() noexcept {}));
  CHECK_FALSE(queue.put([]() noexcept {}));
}
