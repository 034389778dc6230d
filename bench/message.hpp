// What the messages of a benchmark hold, and as much of chat.proto as it takes to send and read them without allocating.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/loop.hpp"

namespace chatd::bench {

// Stands in front of each message's content, in digits that a person can read; the rest of the content is filling.
struct Stamp {
  std::uint32_t run = 0;       // which run of chat-bench: what others say is not looked at
  std::uint32_t series = 0;    // messages of one sender in one room
  std::uint32_t sequence = 0;  // within the series, from 0
  Time intended{};             // when it was to be sent

  bool operator==(const Stamp&) const = default;
};

// Of a stamp's text; no content is shorter.
inline constexpr std::size_t stamp_bytes = 6 + 3 * 11 + 20;

// Writes stamp_bytes characters to `out`.
void write(const Stamp& stamp, char* out) noexcept;
// None when the content does not begin with a stamp.
[[nodiscard]] std::optional<Stamp> read_stamp(std::string_view content) noexcept;

// The content of an encoded chat.Message; empty when there is none.
[[nodiscard]] std::string_view content_of(std::string_view message) noexcept;

// An encoded chat.Message as far as a stream that resumes has to read it. The views are valid as long as the bytes are.
struct Notice {
  enum Kind : std::uint64_t { message = 0, subscribed = 1, gap = 2, move = 3, position_only = 4 };

  std::uint64_t kind = message;
  std::string_view content, position;
  bool recovered = false;
  std::uint64_t left_out = 0;  // messages, as the notice says
};

// What is not encoded well ends the reading, as in content_of.
[[nodiscard]] Notice read_notice(std::string_view bytes) noexcept;

// An encoded chat.Connect. An empty room is the lobby.
[[nodiscard]] std::string connect_request(std::string_view user, std::string_view room);
// The same that asks for notices, and goes on behind the token when there is one.
[[nodiscard]] std::string resume_request(std::string_view user, std::string_view room, std::string_view token);

// An encoded chat.Message that is used again and again with another stamp.
class PublishRequest {
 public:
  // `content_bytes`: at least stamp_bytes.
  PublishRequest(std::string_view user, std::string_view room, std::size_t content_bytes);

  // Valid until the next call.
  [[nodiscard]] std::string_view stamped(const Stamp& stamp) noexcept;

 private:
  std::string bytes_;
  std::size_t content_at_ = 0;
};

}  // namespace chatd::bench
