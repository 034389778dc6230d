// Repeats: which messages were said before. A sender that gives its message an id may send it again; in the order of the log the
// first one counts, for every host alike.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chatd/sdk/record.hpp"
#include "host/wire/seal.hpp"

namespace chatd::hub {

class Repeats {
 public:
  // More than this many ids are not kept, about 100 MB: the oldest are forgotten first.
  static constexpr std::size_t most = 1'000'000;

  // `window`: how far apart in record time a message and its repeat may be; 0: nothing is a repeat.
  explicit Repeats(std::chrono::milliseconds window);

  // Takes the records of each partition in their order. Where the message lay first, when the last record with the same room,
  // sender and id is at most the window older than this one (a clock that went back counts as no time at all).
  // [one thread] never blocks
  [[nodiscard]] std::optional<sdk::Position> see(std::string_view room, std::string_view sender, std::string_view id,
                                                 sdk::Position at, std::int64_t time_ms);

  [[nodiscard]] std::size_t size() const noexcept { return seen_.size(); }

 private:
  struct Key {
    std::uint64_t high, low;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept { return key.low; }
  };
  struct Entry {
    sdk::Position first;
    std::int64_t last_ms;
  };

  Repeats(std::chrono::milliseconds window, const std::string& secret);
  void forget(std::int64_t before_ms);

  const std::int64_t window_ms_;
  // Keyed by a secret of this object, so that nobody can make an id that looks like another's.
  wire::Seal high_, low_;
  std::string scratch_;
  std::unordered_map<Key, Entry, Hash> seen_;
  std::deque<std::pair<std::int64_t, Key>> by_age_;  // as they were seen
  std::int64_t newest_ms_;
};

}  // namespace chatd::hub
