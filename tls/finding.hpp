// What there is to say of a file of certificates before it is used.
#pragma once

#include <ctime>
#include <string>

#include "chatd/sdk/diagnostics.hpp"

namespace chatd::tls {

// How long its certificates hold, at `now`: the one that ends first counts. Less than 30 days: a warning; over, not begun, or
// unreadable: a failure. [one thread] may block (disk)
[[nodiscard]] sdk::Finding certificate_finding(std::string what, const std::string& file, std::time_t now);

}  // namespace chatd::tls
