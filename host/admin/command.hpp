// Commands: what `chatd drain` and `chatd admin` do: they ask a running host by its admin service.
#pragma once

#include <cstdint>
#include <string>

#include "chatd/sdk/error.hpp"

namespace chatd::admin {

enum class Form : std::uint8_t { table, json };

// What is to be printed. `address` is the host's admin.listen. A host that does not answer within five seconds is an error, and
// the text says what to look at. [control] may block
[[nodiscard]] sdk::Result<std::string> status(const std::string& address, Form form);
[[nodiscard]] sdk::Result<std::string> slow_clients(const std::string& address, std::uint32_t limit, Form form);

// Tells the host to end; with `wait` returns when it has closed everything, else at once. [control] may block
[[nodiscard]] sdk::Result<std::string> drain(const std::string& address, bool wait);

}  // namespace chatd::admin
