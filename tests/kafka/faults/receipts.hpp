// Receipts: what one client got of one room, held against what it was owed: each message that was answered OK, once, in the order
// of its partition. What was not answered OK may come, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ledger.hpp"

namespace chatd::testing::faults {

struct Counts {
  std::size_t received = 0;
  std::size_t lost = 0;
  std::size_t losers = 0;  // rooms of clients that something is missing in
  std::size_t repeated = 0;
  std::size_t out_of_order = 0;
  std::string first;  // what was found first; empty: nothing

  Counts& operator+=(const Counts& other);
};

class Receipts {  // [one thread]
 public:
  Receipts(std::string client, std::string room) : client_(std::move(client)), room_(std::move(room)) {}

  [[nodiscard]] const std::string& room() const noexcept { return room_; }

  // From here on everything that is begun is owed, until `close`.
  void owe(Clock::time_point since);
  // Left, or told that what follows is lost: what came last of each publisher is the last that was owed.
  void close();
  [[nodiscard]] bool open() const noexcept { return !owed_.empty() && owed_.back().open; }

  void receive(Word word, Clock::time_point now);
  // The client reads nothing on purpose: that is no time without service.
  void look_away();
  // From now on, the longest time between two messages of one publisher counts anew.
  void measure() { longest_ = {}; }
  [[nodiscard]] Clock::duration longest() const noexcept { return longest_; }

  // Looks at the order of what has been answered, so that not all is kept until the end.
  void settle(const Ledger& ledger);
  // What is wrong until now; what is missing may still be on its way.
  [[nodiscard]] Counts counts(const Ledger& ledger);

 private:
  struct Heard {
    std::vector<bool> got;   // by sequence
    Clock::time_point last;  // when; the epoch: nothing to measure from
  };
  // Begun since then; while it is open without end, then until each publisher's sequence of that moment.
  struct Owed {
    Clock::time_point since;
    bool open = true;
    std::vector<int> until{};
  };

  Heard& heard(int publisher);
  [[nodiscard]] bool got(std::size_t publisher, std::size_t sequence) const;
  void found(std::size_t& count, Word word, const std::string& what);
  void settle(const std::vector<Publisher>& publishers);
  [[nodiscard]] std::size_t lost(const std::vector<Publisher>& publishers, std::string& first) const;

  std::string client_, room_;
  std::vector<Heard> heard_;  // by publisher
  std::vector<Owed> owed_;
  std::deque<Word> undecided_;  // received, and their order not looked at
  std::map<std::int32_t, std::int64_t> newest_;
  Counts counts_;
  Clock::duration longest_{};
};

}  // namespace chatd::testing::faults
