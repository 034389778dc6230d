// Filter: looks at each message that a client publishes, before it reaches the broker. Tags: docs/threading.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::sdk {

// A message that somebody may publish, as they want it. Valid until `filter` returns.
struct Draft {
  std::string_view user_id;
  std::string_view room;     // empty: the lobby
  std::string_view content;  // UTF-8
};

class Filter {
 public:
  // What becomes of it. Nothing: it goes on as it is. A text: it goes on with this content, which has to be valid UTF-8 and
  // within `limits.content_bytes`. An error: it is refused with this code, Code::permission_denied as a rule, and the text goes
  // to the client. Called for every publish, also for a repeat of one, by the thread that serves all clients; between start and
  // stop only. [queue] never blocks
  [[nodiscard]] virtual Result<std::optional<std::string>> filter(const Draft& draft) noexcept = 0;

 protected:
  ~Filter() = default;
};

}  // namespace chatd::sdk
