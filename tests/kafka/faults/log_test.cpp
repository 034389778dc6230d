// The log itself changes: it gets partitions, or loses what is old.
#include <algorithm>
#include <map>

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

TEST_CASE("old records are deleted: a client that comes back for them is told so, others resume") {
  constexpr int away = 5;
  Run run("old records are deleted", 2);
  run.start(24, 120);
  // Rings of hosts that saw the messages would still have them.
  for (int client = 0; client < away; ++client) run.crowd.drop(client, std::chrono::minutes(10));
  CHECK(run.served(fail_over_patience));
  CHECK(run.served(fail_over_patience));
  std::map<std::int32_t, std::int64_t> newest;
  run.ledger.read([&](const auto& publishers) {
    for (const auto& publisher : publishers) {
      for (const auto& said : publisher.said) {
        if (publisher.room.empty() && said.answer == Answer::ok)
          newest[said.partition] = std::max(newest[said.partition], said.offset);
      }
    }
  });
  REQUIRE(newest.size() == 2);
  CHECK(run.served(fail_over_patience));
  CHECK(run.served(fail_over_patience));  // those who stayed have what is deleted now
  for (const auto& [partition, offset] : newest) run.chat.messages.delete_before(partition, offset);
  for (int host = 0; host < run.host_count(); ++host) {
    run.kill_host(host);
    run.replace_host(host);
  }
  for (int client = 0; client < away; ++client) run.crowd.drop(client, std::chrono::milliseconds(0));
  CHECK(within(restart_patience, [&] { return run.crowd.live(); }));
  CHECK(run.served(restart_patience));
  const auto row = run.finish();
  require_nothing_wrong(row);
  CHECK(row.story.not_recovered == away);
  CHECK(row.story.recovered >= 2 * away);  // their other rooms, at least
  CHECK(std::ranges::count(row.story.reasons, chat::Loss::TRUNCATED) == away);
}
