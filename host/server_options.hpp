// What chat.toml says, as the server takes it.
#pragma once

#include <string>

#include "host/config/address.hpp"
#include "host/config/settings.hpp"
#include "host/observe/log.hpp"
#include "host/rpc/server.hpp"

namespace chatd {

// All that settings say by themselves; what other parts of the host give is left out. [any] never blocks
[[nodiscard]] rpc::ServerOptions server_options(const config::Settings& settings, const config::Address& listen,
                                                const std::string& server_id);

// What [log] says, as the log takes it. [any] never blocks
[[nodiscard]] observe::Log::Options log_options(const config::Log& log);

}  // namespace chatd
