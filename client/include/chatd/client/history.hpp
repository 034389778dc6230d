// What was said in a room before, page by page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chatd/client/message.hpp"

namespace chatd::client {

// At most one of `before`, `after` and `since` is given; none: the newest. The tokens are Message::position or those of an
// earlier page.
struct HistoryQuery {
  std::string room;          // empty: the lobby
  std::uint32_t limit = 50;  // at most so many; the server has a limit of its own
  std::string before{};
  std::string after{};
  std::optional<sdk::Time> since{};  // from this time on
};

struct HistoryPage {
  std::vector<Message> messages;  // oldest first
  std::string earlier;            // `before` this lies what was said earlier; empty: the log begins here
  std::string later;              // `after` this lies what was said later
  // False: the server looked as far as one request may make it look; there may be more beyond, at the tokens.
  bool complete = true;
  std::optional<sdk::Time> looked_to{};  // the time of the last record that was looked at
};

}  // namespace chatd::client
