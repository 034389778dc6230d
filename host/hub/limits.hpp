// Limits: what the rooms may hold, and what becomes of those who do not keep up.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::hub {

// Per room; whichever bound comes first. Both at least 1.
struct RingLimits {
  std::size_t messages = 4096;
  std::size_t bytes = 8 * 1024 * 1024;
};

// What happens to a stream that is slower than its room.
enum class Slow : std::uint8_t {
  disconnect,  // it ends with RESOURCE_EXHAUSTED, and may resume
  skip,        // it goes on with the newest message, after a notice of how many are left out
  catch_up,    // it goes on from the broker's log
};

// Rooms that are treated alike.
struct RoomClass {
  std::vector<std::string> rooms{};  // patterns: `*` stands for any characters; "" is the lobby
  Slow slow = Slow::disconnect;
  std::size_t bytes = 0;             // a stream that is so far behind is too slow; 0: only when the ring no longer has its place
  std::chrono::milliseconds age{0};  // the same by the time of the oldest message that it was not given yet
};

struct Limits {
  RingLimits ring{};                            // of each room
  std::size_t memory = std::size_t{256} << 20;  // bytes of all rooms together; the newest frame of each that is followed stays
  std::chrono::milliseconds linger{0};          // so long a room that nobody follows is kept; 0: not at all
  std::vector<RoomClass> classes{};
};

// Of the classes with a pattern for this room, the one that names it, or else the one with the longest pattern; of equals the
// first. Null: none.
// [any] never blocks
[[nodiscard]] const RoomClass* class_of(const std::vector<RoomClass>& classes, std::string_view room) noexcept;

}  // namespace chatd::hub
