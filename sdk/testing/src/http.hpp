// One page by HTTP, as a scraper fetches it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "chatd/sdk/error.hpp"

namespace chatd::sdk::testing {

// The body that GET of `path` is answered with status 200, from "127.0.0.1:9464" or "[::1]:9464"; an error for anything else.
// [control] may block until the limit, more or less
[[nodiscard]] Result<std::string> http_get(std::string_view address, std::string_view path, std::chrono::milliseconds limit);

}  // namespace chatd::sdk::testing
