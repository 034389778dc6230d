// The checker itself: a client that drops, repeats or mixes up on purpose is found.
#include "receipts.hpp"

#include "catch.hpp"

using namespace chatd::testing::faults;
using namespace std::chrono_literals;

namespace {

const Clock::time_point start = Clock::time_point() + 1h;

// Two publishers of the lobby, in partitions 0 and 1, whose first words were answered OK, one a second.
struct Run {
  explicit Run(int words) {
    for (const int publisher : {ledger.publisher(""), ledger.publisher("")}) {
      for (int i = 0; i < words; ++i) ledger.ok(ledger.begin(publisher, start + i * 1s), publisher, 2 * i, start + i * 1s + 10ms);
    }
    client.owe(start);
  }
  void receive(int publisher, std::initializer_list<int> sequences) {
    for (const int sequence : sequences) client.receive({publisher, sequence}, start + sequence * 1s);
  }
  Counts counts() { return client.counts(ledger); }

  Ledger ledger;
  Receipts client{"c1", ""};
};

}  // namespace

TEST_CASE("a word and its content") {
  const auto word = word_in(content_of({3, 45}));
  REQUIRE(word);
  CHECK(word->publisher == 3);
  CHECK(word->sequence == 45);
  for (const char* other : {"", "p", "p3", "p3 ", "p 4", "px 4", "p3 4x", "u3 4", "p-3 4", "p3 4 5"}) CHECK_FALSE(word_in(other));
}

TEST_CASE("a client that got all of both publishers, in any mixture, is in order") {
  Run run(4);
  run.receive(1, {0, 1});
  run.receive(0, {0, 1, 2, 3});
  run.receive(1, {2, 3});
  const auto counts = run.counts();
  CHECK(counts.received == 8);
  CHECK(counts.lost + counts.repeated + counts.out_of_order == 0);
  CHECK(counts.first == "");
}

TEST_CASE("words whose place the broker did not say are in no order, but not to be missed") {
  Run run(2);
  const auto word = run.ledger.begin(0, start + 2s);
  run.ledger.ok(word, 0, -1, start + 2s);
  run.receive(1, {0, 1});
  run.receive(0, {0, 2, 1});
  CHECK(run.counts().out_of_order == 0);
  CHECK(run.counts().lost == 0);
  const auto missed = run.ledger.begin(0, start + 3s);
  run.ledger.ok(missed, 0, -1, start + 3s);
  CHECK(run.counts().lost == 1);
}

TEST_CASE("a client that drops one is found") {
  Run run(4);
  run.receive(0, {0, 1, 3});
  run.receive(1, {0, 1, 2, 3});
  CHECK(run.counts().lost == 1);
  CHECK(run.counts().first == "c1 in \"\": \"p0 2\" of partition 0, offset 4 is missing");
}

TEST_CASE("a client that gets nothing at all is found") {
  Run run(4);
  CHECK(run.counts().lost == 8);
}

TEST_CASE("a client that repeats is found, and the repeat is not taken for disorder") {
  Run run(4);
  run.receive(0, {0, 1, 2, 1, 3});
  run.receive(1, {0, 1, 2, 3});
  CHECK(run.counts().repeated == 1);
  CHECK(run.counts().out_of_order == 0);
  CHECK(run.counts().first == "c1 in \"\": \"p0 1\" came twice");
}

TEST_CASE("a client that mixes up one partition is found, once") {
  Run run(4);
  run.receive(0, {0, 2, 1, 3});
  run.receive(1, {0, 1, 2, 3});
  CHECK(run.counts().out_of_order == 1);
  CHECK(run.counts().out_of_order == 1);
  CHECK(run.counts().first == "c1 in \"\": \"p0 1\" of offset 2 came after offset 4");
}

TEST_CASE("two publishers in one partition: their order counts, too") {
  Ledger ledger;
  const int left = ledger.publisher("den"), right = ledger.publisher("den");
  ledger.ok(ledger.begin(left, start), 0, 0, start);
  ledger.ok(ledger.begin(right, start), 0, 1, start);
  Receipts client("c1", "den");
  client.owe(start);
  client.receive({right, 0}, start);
  client.receive({left, 0}, start);
  CHECK(client.counts(ledger).out_of_order == 1);
}

TEST_CASE("a key that moved to another partition: order counts in each partition alone") {
  Ledger ledger;
  const int publisher = ledger.publisher("");
  ledger.ok(ledger.begin(publisher, start), 0, 7, start);
  ledger.ok(ledger.begin(publisher, start), 4, 0, start);
  Receipts client("c1", "");
  client.owe(start);
  client.receive({publisher, 1}, start);
  client.receive({publisher, 0}, start);
  CHECK(client.counts(ledger).out_of_order == 0);
  CHECK(client.counts(ledger).lost == 0);
}

TEST_CASE("what is not known to be said may come once or never, not twice") {
  Run run(2);
  run.receive(0, {0, 1});
  run.receive(1, {0, 1});
  run.ledger.give_up(run.ledger.begin(0, start + 5s));
  run.ledger.give_up(run.ledger.begin(1, start + 5s));
  run.receive(0, {2});
  CHECK(run.counts().lost == 0);
  CHECK(run.counts().repeated == 0);
  run.receive(0, {2});
  CHECK(run.counts().repeated == 1);
}

TEST_CASE("order is looked at when the answer comes after the message") {
  Ledger ledger;
  const int left = ledger.publisher(""), right = ledger.publisher("");
  const Word first = ledger.begin(left, start), second = ledger.begin(right, start);
  Receipts client("c1", "");
  client.owe(start);
  client.receive(second, start);
  client.receive(first, start);
  CHECK(client.counts(ledger).out_of_order == 0);
  ledger.ok(first, 0, 0, start);
  client.settle(ledger);
  ledger.ok(second, 0, 1, start);
  CHECK(client.counts(ledger).out_of_order == 1);
}

TEST_CASE("what was begun before a client joined, and what came after it left, is not owed, a hole between is found") {
  Run run(6);
  Receipts late("c2", "");
  late.owe(start + 2s);
  for (const int publisher : {0, 1}) late.receive({publisher, 2}, start);
  late.receive({0, 4}, start);
  late.close();
  CHECK(late.counts(run.ledger).lost == 1);
  CHECK(late.counts(run.ledger).first.find("\"p0 3\"") != std::string::npos);
}

TEST_CASE("a client that was told of a loss is owed what comes from then on, and still nothing twice") {
  Run run(6);
  run.receive(0, {0, 1});
  run.receive(1, {0, 1});
  run.client.close();
  run.client.owe(start + 4s);
  run.receive(0, {4, 5});
  run.receive(1, {4});
  CHECK(run.counts().lost == 1);
  run.receive(1, {5, 0});
  CHECK(run.counts().lost == 0);
  CHECK(run.counts().repeated == 1);
}

TEST_CASE("a message of another room, or one that nobody said, is found") {
  Run run(1);
  const int other = run.ledger.publisher("den");
  run.ledger.ok(run.ledger.begin(other, start), 0, 5, start);
  run.receive(0, {0, 9});
  run.receive(1, {0});
  run.receive(other, {0});
  CHECK(run.counts().repeated == 2);
}

TEST_CASE("the longest time between two messages of a publisher, reading nothing on purpose does not count") {
  Run run(1);
  run.receive(0, {0, 3});
  run.receive(1, {3});
  CHECK(run.client.longest() == 3s);
  run.client.look_away();
  run.receive(0, {30});
  CHECK(run.client.longest() == 3s);
  run.client.measure();
  run.receive(0, {31});
  CHECK(run.client.longest() == 1s);
}

TEST_CASE("the longest time between two OK answers of a publisher") {
  Ledger ledger;
  const int left = ledger.publisher(""), right = ledger.publisher("");
  for (const auto at : {0s, 1s, 5s}) ledger.ok(ledger.begin(left, start), 0, at.count(), start + at);
  for (const auto at : {0s, 2s, 5s}) ledger.ok(ledger.begin(right, start), 1, at.count(), start + at);
  CHECK(ledger.longest() == 4s);
  CHECK(ledger.count(Answer::ok) == 6);
  ledger.measure();
  ledger.ok(ledger.begin(right, start), 1, 9, start + 6s);
  CHECK(ledger.longest() == 1s);
  ledger.give_up(ledger.begin(right, start));
  CHECK(ledger.count(Answer::unknown) == 1);
  CHECK(ledger.count(Answer::pending) == 0);
}
