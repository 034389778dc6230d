// Ports: whether this process could listen on an address, and if not, who does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include "chatd/sdk/diagnostics.hpp"

namespace chatd::doctor {

struct Holder {
  pid_t pid = 0;
  std::string name;  // as the kernel has it: "nginx"
};

// Who listens on a port of this machine; nothing: nobody, or a process of another user, whom only root may see. [any] may block
// (/proc)
[[nodiscard]] std::optional<Holder> holder(std::uint16_t port);

// `address` as an operator writes it; "" is for what is switched off. A port that another chatd has is a warning: it may be the
// very host that is asked about. [any] may block (name look-up)
[[nodiscard]] sdk::Finding port_finding(std::string what, const std::string& address);

}  // namespace chatd::doctor
