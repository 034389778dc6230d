#include "host/notify.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace chatd {

void notify_manager(std::string_view state) noexcept {
  const char* const given = std::getenv("NOTIFY_SOCKET");
  const std::string_view name(given ? given : "");
  sockaddr_un to{};
  if (name.size() < 2 || name.size() >= sizeof to.sun_path || (name[0] != '/' && name[0] != '@')) return;
  to.sun_family = AF_UNIX;
  std::ranges::copy(name, to.sun_path);
  if (name[0] == '@') to.sun_path[0] = '\0';  // of the abstract namespace (unix(7))
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, static_cast<const sockaddr*>(static_cast<const void*>(&to)),
                 size);
  ::close(socket);
}

}  // namespace chatd
