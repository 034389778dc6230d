#include "receipts.hpp"

#include <algorithm>

namespace chatd::testing::faults {
namespace {

const Said* find(const std::vector<Publisher>& publishers, Word word) {
  const auto publisher = static_cast<std::size_t>(word.publisher), sequence = static_cast<std::size_t>(word.sequence);
  if (publisher >= publishers.size() || sequence >= publishers[publisher].said.size()) return nullptr;
  return &publishers[publisher].said[sequence];
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  received += other.received;
  lost += other.lost;
  losers += other.losers;
  repeated += other.repeated;
  out_of_order += other.out_of_order;
  if (first.empty()) first = other.first;
  return *this;
}

void Receipts::owe(Clock::time_point since) {
  if (!open()) owed_.push_back({since});
}

void Receipts::close() {
  if (!open()) return;
  auto& owed = owed_.back();
  owed.open = false;
  for (const auto& heard : heard_) owed.until.push_back(static_cast<int>(heard.got.size()) - 1);
  look_away();
}

Receipts::Heard& Receipts::heard(int publisher) {
  const auto at = static_cast<std::size_t>(publisher);
  if (heard_.size() <= at) heard_.resize(at + 1);
  return heard_[at];
}

bool Receipts::got(std::size_t publisher, std::size_t sequence) const {
  return publisher < heard_.size() && sequence < heard_[publisher].got.size() && heard_[publisher].got[sequence];
}

void Receipts::found(std::size_t& count, Word word, const std::string& what) {
  ++count;
  if (counts_.first.empty()) counts_.first = client_ + " in \"" + room_ + "\": \"" + content_of(word) + "\" " + what;
}

void Receipts::receive(Word word, Clock::time_point now) {
  ++counts_.received;
  auto& heard = this->heard(word.publisher);
  const auto sequence = static_cast<std::size_t>(word.sequence);
  if (got(static_cast<std::size_t>(word.publisher), sequence)) return found(counts_.repeated, word, "came twice");
  if (heard.got.size() <= sequence) heard.got.resize(sequence + 1);
  heard.got[sequence] = true;
  if (heard.last != Clock::time_point()) longest_ = std::max(longest_, now - heard.last);
  heard.last = now;
  undecided_.push_back(word);
}

void Receipts::look_away() {
  for (auto& heard : heard_) heard.last = {};
}

void Receipts::settle(const Ledger& ledger) {
  ledger.read([this](const auto& publishers) { settle(publishers); });
}

void Receipts::settle(const std::vector<Publisher>& publishers) {
  for (; !undecided_.empty(); undecided_.pop_front()) {
    const Word word = undecided_.front();
    const Said* const said = find(publishers, word);
    if (!said || publishers[static_cast<std::size_t>(word.publisher)].room != room_) {
      found(counts_.repeated, word, "was never said there");
      continue;
    }
    if (said->answer == Answer::pending) return;
    if (said->answer == Answer::unknown || said->offset < 0) continue;
    const auto [newest, first] = newest_.try_emplace(said->partition, said->offset);
    if (first) continue;
    if (said->offset < newest->second)
      found(counts_.out_of_order, word,
            "of offset " + std::to_string(said->offset) + " came after offset " + std::to_string(newest->second));
    newest->second = std::max(newest->second, said->offset);
  }
}

std::size_t Receipts::lost(const std::vector<Publisher>& publishers, std::string& first) const {
  std::size_t count = 0;
  for (const auto& owed : owed_) {
    for (std::size_t publisher = 0; publisher < publishers.size(); ++publisher) {
      if (publishers[publisher].room != room_) continue;
      const auto& all = publishers[publisher].said;
      auto end = all.size();
      if (!owed.open) end = publisher < owed.until.size() ? static_cast<std::size_t>(owed.until[publisher] + 1) : 0;
      const auto begin = std::ranges::lower_bound(all, owed.since, {}, &Said::begun) - all.begin();
      for (auto sequence = static_cast<std::size_t>(begin); sequence < std::min(end, all.size()); ++sequence) {
        if (all[sequence].answer != Answer::ok || got(publisher, sequence)) continue;
        ++count;
        if (first.empty()) {
          const Word word{static_cast<int>(publisher), static_cast<int>(sequence)};
          first = client_ + " in \"" + room_ + "\": \"" + content_of(word) + "\" of partition " +
                  std::to_string(all[sequence].partition) + ", offset " + std::to_string(all[sequence].offset) + " is missing";
        }
      }
    }
  }
  return count;
}

Counts Receipts::counts(const Ledger& ledger) {
  return ledger.read([this](const auto& publishers) {
    settle(publishers);
    auto counts = counts_;
    counts.lost = lost(publishers, counts.first);
    counts.losers = counts.lost > 0 ? 1 : 0;
    return counts;
  });
}

}  // namespace chatd::testing::faults
