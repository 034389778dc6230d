// Notices: who came to the rooms that a client of this host watches, and who left them, so that a break shorter than `settle` is
// not seen: who comes is told soon, who goes only when they stay away. What comes within a moment is told together. A room that
// nobody watches costs nothing. It knows no clock: time is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/wire/message.hpp"

namespace chatd::presence {

class Notices {
 public:
  struct Due {
    std::string room;
    wire::PresenceChange change;  // without its count of users
  };

  static constexpr auto moment = std::chrono::milliseconds(200);
  static constexpr std::size_t most_named = 100;     // in one notice; the others are `more`
  static constexpr std::size_t most_away = 100'000;  // remembered of a room; of those beyond it nothing is told but `more`

  explicit Notices(std::chrono::milliseconds settle) noexcept : settle_(settle) {}

  // For those who leave from now on. [one thread] never blocks
  void settle(std::chrono::milliseconds settle) noexcept { settle_ = settle; }

  // A connection of this host wants to be told of these rooms, until `unwatch`. [one thread] never blocks
  void watch(std::uint64_t connection, std::vector<std::string> rooms);
  void unwatch(std::uint64_t connection) noexcept;
  [[nodiscard]] bool watches(std::string_view room) const noexcept { return rooms_.find(room) != rooms_.end(); }
  [[nodiscard]] bool idle() const noexcept { return rooms_.empty(); }

  // The user's first connection came to the room, or the last one left it. [one thread] never blocks
  void came(std::string_view room, std::string_view user_id, std::string_view user_name, sdk::Deadline now);
  void went(std::string_view room, std::string_view user_id, std::string_view user_name, sdk::Deadline now);

  // What is to be told now. [one thread] never blocks
  [[nodiscard]] std::vector<Due> due(sdk::Deadline now);
  // When there will be something, unless something else happens before. [one thread] never blocks
  [[nodiscard]] std::optional<sdk::Deadline> next() const noexcept;

 private:
  using User = wire::PresenceChange::User;
  struct Away {
    User user;
    sdk::Deadline due;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct Room {
    std::size_t watchers = 0;
    std::unordered_map<std::string, Away, Hash, std::equal_to<>> away;  // by user id: not told yet
    std::deque<std::pair<sdk::Deadline, std::string>> order;            // of `away`; some came back meanwhile
    wire::PresenceChange change;                                        // not told yet
    std::optional<sdk::Deadline> tell;                                  // when it is
  };
  static void add(Room& room, std::vector<User>& users, User user, sdk::Deadline now);

  std::chrono::milliseconds settle_;
  std::unordered_map<std::string, Room, Hash, std::equal_to<>> rooms_;  // that are watched
  std::unordered_map<std::uint64_t, std::vector<std::string>> watchers_;
};

}  // namespace chatd::presence
