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
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

// "INVALID_ARGUMENT" and so on; static storage. [any] never blocks
[[nodiscard]] std::string_view name(Code code) noexcept;

struct [[nodiscard]] Error {
  Code code = Code::unknown;
  std::string text;        // UTF-8, one line, no trailing full stop
  bool retryable = false;  // true: the same call may succeed later, unchanged
};

template <class T = void>
using Result = std::expected<T, Error>;

// `return fail(Code::not_found, "no topic \"x\"");` [any] never blocks
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string text, bool retryable = false) {
  return std::unexpected(Error{code, std::move(text), retryable});
}

}  // namespace chatd::sdk
