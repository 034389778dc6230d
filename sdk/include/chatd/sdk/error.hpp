// Errors are values: a code, a text that names the thing, what was found and what to do, and whether a retry can help.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace chatd::sdk {

// The numbers are those of google.rpc.Code, so that the host can answer with them unchanged.
enum class Code : std::uint8_t {
  cancelled = 1,            // whoever asked has gone
  unknown = 2,              // it may have been done, or not
  invalid_argument = 3,     // no such request is ever right
  deadline_exceeded = 4,    // it took too long
  not_found = 5,            // it is not there
  already_exists = 6,       // it is there already
  permission_denied = 7,    // who asked is known, and may not
  resource_exhausted = 8,   // too much of something
  failed_precondition = 9,  // not in this state
  aborted = 10,             // something else came in between
  out_of_range = 11,        // beyond what there is
  unimplemented = 12,       // not to be had here
  internal = 13,            // what should not happen did
  unavailable = 14,         // not now; perhaps later
  data_loss = 15,           // what should be there is gone
  unauthenticated = 16,     // nobody knows who asked
};

// "INVALID_ARGUMENT" and so on; static storage. [any] never blocks
[[nodiscard]] std::string_view name(Code code) noexcept;

// Why something was not done.
struct [[nodiscard]] Error {
  Code code = Code::unknown;  // what a client is answered
  std::string text;           // UTF-8, one line, no trailing full stop
  bool retryable = false;     // true: the same call may succeed later, unchanged
};

// What a call returns: its value, or why there is none.
template <class T = void>
using Result = std::expected<T, Error>;

// `return fail(Code::not_found, "no topic \"x\"");` [any] never blocks
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string text, bool retryable = false) {
  return std::unexpected(Error{code, std::move(text), retryable});
}

}  // namespace chatd::sdk
