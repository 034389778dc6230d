// The log itself changes: it gets partitions, or loses what is old.
#include <algorithm>

#include "catch.hpp"
#include "cluster.hpp"
#include "run.hpp"

using namespace chatd::testing;
using namespace chatd::testing::faults;

TEST_CASE("the lobby grows from 2 to 6 partitions under traffic: order counts in each partition") {
  Run run("2 partitions become 6", 2);
  run.start(24, 120);
  run.chat.messages.grow(6);
  const auto in_new_ones = [&] {
    return run.ledger.read([](const auto& publishers) {
      return std::ranges::any_of(publishers, [](const Publisher& publisher) {
        return publisher.room.empty() && !publisher.said.empty() &&
               std::ranges::any_of(publisher.said, [](const Said& said) { return said.partition >= 2; });
      });
    });
  };
  CHECK(within(restart_patience, in_new_ones));
  CHECK(run.served(restart_patience));
  const auto row = run.finish();
  require_all_recovered(row);
  CHECK(row.story.breaks == 0);
}
