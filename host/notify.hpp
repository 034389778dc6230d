// What is told to the service manager that started this process (systemd's sd_notify protocol, without its library).
#pragma once

#include <string_view>

namespace chatd {

// "READY=1", "STOPPING=1". Nothing where no manager asks to be told ($NOTIFY_SOCKET), and nothing when it cannot be told.
// [control] never blocks
void notify_manager(std::string_view state) noexcept;

}  // namespace chatd
