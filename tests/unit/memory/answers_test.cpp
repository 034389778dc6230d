#include "plugins/memory/answers.hpp"

#include <optional>
#include <vector>

#include "catch.hpp"
#include "running.hpp"

using chatd::memory::Answers;

TEST_CASE("answers come in order, after the latency") {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> order;
  Answers answers;
  answers.start(std::chrono::milliseconds(1));
  for (int i = 0; i < 5; ++i) {
    answers.add([&, i](bool due) {
      const std::lock_guard lock(mutex);
      order.push_back(due ? i : -1);
      changed.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  REQUIRE(changed.wait_until(lock, chatd::test::soon(), [&] { return order.size() == 5; }));
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

// A publish may have passed the gate and come here when stop has been.
TEST_CASE("what is added after stop is answered at once, as stopped") {
  Answers answers;
  answers.start(std::chrono::hours(1));
  std::optional<bool> before;
  std::optional<bool> after;
  answers.add([&](bool due) { before = due; });
  CHECK_FALSE(before.has_value());
  answers.stop();
  CHECK(before == false);
  answers.add([&](bool due) { after = due; });
  CHECK(after == false);
  answers.stop();
}
