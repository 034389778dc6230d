#include "host/doctor/port.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"

namespace chatd::doctor {
namespace {

namespace fs = std::filesystem;
using sdk::Grade;
using sdk::text;

struct Freeaddrinfo {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

// The sockets, by inode, that listen on this port; of /proc/net/tcp and tcp6, whose columns proc(5) has.
std::set<std::string> listening(std::uint16_t port) {
  constexpr std::string_view listen_state = "0A";
  std::set<std::string> inodes;
  for (const char* const file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      std::istringstream words(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      const auto colon = local.rfind(':');
      if (!words || state != listen_state || colon == std::string::npos) continue;
      if (std::strtoul(local.c_str() + colon + 1, nullptr, 16) == port) inodes.insert(text("socket:[", inode, ']'));
    }
  }
  return inodes;
}

bool holds(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (sockets.contains(fs::read_symlink(at->path(), gone).string())) return true;
  }
  return false;
}

// 0: it can be had. Otherwise why not, as errno has it.
int try_to_bind(const addrinfo& at) {
  const int socket = ::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC, at.ai_protocol);
  if (socket < 0) return errno;
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const int error = ::bind(socket, at.ai_addr, at.ai_addrlen) == 0 ? 0 : errno;
  ::close(socket);
  return error;
}

sdk::Finding in_use(std::string what, const std::string& address, std::uint16_t port) {
  const auto by = holder(port);
  if (!by)
    return {std::move(what), text(address, " is in use, by a process that this user may not see"), Grade::fail,
            "ask as root who it is, and stop it; or take another port"};
  auto value = text(address, " is in use, by ", by->name, " (process ", by->pid, ')');
  if (by->name == "chatd")
    return {std::move(what), std::move(value), Grade::warn,
            "nothing to do when that is this host; a second one of this machine needs a port of its own (SERVER_PORT)"};
  return {std::move(what), std::move(value), Grade::fail, "stop it, or take another port"};
}

}  // namespace

std::optional<Holder> holder(std::uint16_t port) {
  const auto sockets = listening(port);
  if (sockets.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos || !holds(at->path(), sockets)) continue;
    Holder holder{static_cast<pid_t>(std::atol(name.c_str())), {}};
    std::ifstream(at->path() / "comm") >> holder.name;
    return holder;
  }
  return std::nullopt;
}

sdk::Finding port_finding(std::string what, const std::string& given) {
  if (given.empty()) return {std::move(what), "switched off", Grade::ok, {}};
  const auto address = config::parse_address(given);
  if (!address) return {std::move(what), address.error().text, Grade::fail, "write it as host:port"};
  if (address->port == 0) return {std::move(what), text(given, ": a free port is taken"), Grade::ok, {}};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* raw = nullptr;
  if (const int error = getaddrinfo(address->host.c_str(), text(address->port).c_str(), &hints, &raw); error != 0)
    return {std::move(what), text(given, ": ", gai_strerror(error)), Grade::fail,
            "name an address of this machine, or 0.0.0.0 for all of them"};
  const std::unique_ptr<addrinfo, Freeaddrinfo> list(raw);
  switch (const int error = try_to_bind(*list)) {
    case 0:
      return {std::move(what), text(given, " is free"), Grade::ok, {}};
    case EADDRINUSE:
      return in_use(std::move(what), given, address->port);
    case EADDRNOTAVAIL:
      return {std::move(what), text(given, " is no address of this machine"), Grade::fail,
              "name one that it has, or 0.0.0.0 for all of them"};
    case EACCES:
      return {std::move(what), text(given, ": this user may not have that port"), Grade::fail,
              "take one from 1024 on, or give the program CAP_NET_BIND_SERVICE"};
    default:
      return {std::move(what), text(given, ": ", std::strerror(error)), Grade::fail, "take another address"};
  }
}

}  // namespace chatd::doctor
