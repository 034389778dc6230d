// Ledger: everything that publishers said in a run, each in its order, and how it was answered.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::testing::faults {

using Clock = std::chrono::steady_clock;

// One message by its publisher's number and its place among what that one said; in a message's content "p3 45".
struct Word {
  int publisher = 0;
  int sequence = 0;
};
[[nodiscard]] std::string content_of(Word word);
// Nothing for what no publisher of a ledger says.
[[nodiscard]] std::optional<Word> word_in(std::string_view content);

enum class Answer : std::uint8_t { pending, ok, unknown };

struct Said {
  Clock::time_point begun;
  Answer answer = Answer::pending;
  std::int32_t partition = -1;  // of what was answered OK
  std::int64_t offset = -1;
};

struct Publisher {
  std::string room;
  std::vector<Said> said;
  std::optional<Clock::time_point> last_ok;
  Clock::duration longest{};  // between two OK answers
};

class Ledger {
 public:
  // A new publisher of this room; returns its number, which counts from 0. [any]
  int publisher(std::string room);

  // What it says next, begun now. [any]
  [[nodiscard]] Word begin(int publisher, Clock::time_point now);
  // `offset` is the record's place; below zero: the broker did not say. [any]
  void ok(Word word, std::int32_t partition, std::int64_t offset, Clock::time_point now);
  // Nobody will ask any more what became of it. [any]
  void give_up(Word word);

  // From now on, the longest time between two OK answers of one publisher counts anew. [any]
  void measure();
  [[nodiscard]] Clock::duration longest() const;

  // How many have this answer until now. [any]
  [[nodiscard]] std::size_t count(Answer answer) const;

  // `look` sees all publishers and must not keep them. [any]
  template <class Look>
  auto read(Look look) const {
    const std::scoped_lock lock(mutex_);
    return look(publishers_);
  }

 private:
  Said& said(Word word);

  mutable std::mutex mutex_;
  std::vector<Publisher> publishers_;
  std::size_t begun_ = 0, ok_ = 0, unknown_ = 0;
};

}  // namespace chatd::testing::faults
