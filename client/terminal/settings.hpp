// The command line: `chat client USER [--server HOST:PORT] [--room ROOM] [--token-file FILE] [--tls] [--ca FILE] [--cert FILE
// --key FILE]`.
#pragma once

#include <expected>

#include "terminal/session.hpp"

namespace chatd::terminal {

// What was asked for; or the exit status, after help, the version or what is wrong was printed: 0, or 2 for wrong usage.
// Reads SERVER_PORT. [control] may block
[[nodiscard]] std::expected<Settings, int> read_settings(int argc, const char* const* argv);

}  // namespace chatd::terminal
