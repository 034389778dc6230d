#include "ledger.hpp"

#include <algorithm>
#include <charconv>

namespace chatd::testing::faults {
namespace {

bool number(std::string_view digits, int& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() && value >= 0;
}

}  // namespace

std::string content_of(Word word) { return "p" + std::to_string(word.publisher) + " " + std::to_string(word.sequence); }

std::optional<Word> word_in(std::string_view content) {
  const auto space = content.find(' ');
  if (space == std::string_view::npos || content.front() != 'p') return {};
  Word word;
  if (!number(content.substr(1, space - 1), word.publisher) || !number(content.substr(space + 1), word.sequence)) return {};
  return word;
}

int Ledger::publisher(std::string room) {
  const std::scoped_lock lock(mutex_);
  publishers_.push_back({std::move(room), {}, {}, {}});
  return static_cast<int>(publishers_.size()) - 1;
}

Said& Ledger::said(Word word) {
  return publishers_.at(static_cast<std::size_t>(word.publisher)).said.at(static_cast<std::size_t>(word.sequence));
}

Word Ledger::begin(int publisher, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  auto& said = publishers_.at(static_cast<std::size_t>(publisher)).said;
  said.push_back({now, Answer::pending, -1, -1});
  ++begun_;
  return {publisher, static_cast<int>(said.size()) - 1};
}

void Ledger::ok(Word word, std::int32_t partition, std::int64_t offset, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  auto& said = this->said(word);
  said = {said.begun, Answer::ok, partition, offset};
  ++ok_;
  auto& publisher = publishers_[static_cast<std::size_t>(word.publisher)];
  if (publisher.last_ok) publisher.longest = std::max(publisher.longest, now - *publisher.last_ok);
  publisher.last_ok = now;
}

void Ledger::give_up(Word word) {
  const std::scoped_lock lock(mutex_);
  said(word).answer = Answer::unknown;
  ++unknown_;
}

void Ledger::measure() {
  const std::scoped_lock lock(mutex_);
  for (auto& publisher : publishers_) publisher.longest = {};
}

Clock::duration Ledger::longest() const {
  const std::scoped_lock lock(mutex_);
  Clock::duration longest{};
  for (const auto& publisher : publishers_) longest = std::max(longest, publisher.longest);
  return longest;
}

std::size_t Ledger::count(Answer answer) const {
  const std::scoped_lock lock(mutex_);
  switch (answer) {
    case Answer::ok:
      return ok_;
    case Answer::unknown:
      return unknown_;
    case Answer::pending:
      break;
  }
  return begun_ - ok_ - unknown_;
}

}  // namespace chatd::testing::faults
