// Which failures pass, and which stay.
#pragma once

#include "chatd/sdk/error.hpp"

namespace chatd::client {

// False for what the same call meets again: a request that is wrong, not allowed, or not known to the server.
// A stream that fails so is given up. [any] never blocks
[[nodiscard]] bool worth_retrying(sdk::Code code) noexcept;

}  // namespace chatd::client
