#include "host/rpc/acceptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"
#include "host/limits/connections.hpp"

namespace chatd::rpc {
namespace {

using namespace std::chrono_literals;
using sdk::Code;
using sdk::text;

constexpr int backlog = 4096;       // the kernel cuts it to net.core.somaxconn
constexpr auto retry_after = 50ms;  // while descriptors or memory are short
constexpr auto look_interval = 100ms;
constexpr auto search_interval = 1s;  // for floods that the host keeps up with: they only cost it CPU

struct Freeaddrinfo {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

std::string printed(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  return address.ss_family == AF_INET6 ? text('[', host.data(), "]:", port.data()) : text(host.data(), ':', port.data());
}

void set(int fd, int level, int option, int value) noexcept { setsockopt(fd, level, option, &value, sizeof value); }

// With a reset: nothing of it stays in the kernel.
void cut(Descriptor socket) noexcept {
  const linger now{1, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}
Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
int Descriptor::release() noexcept { return std::exchange(fd_, -1); }

sdk::Result<std::unique_ptr<Acceptor>> Acceptor::open(const Options& options, sdk::Logger& log) {
  const std::string wanted =
      options.host.contains(':') ? text('[', options.host, "]:", options.port) : text(options.host, ':', options.port);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* raw = nullptr;
  if (const int error = getaddrinfo(options.host.c_str(), text(options.port).c_str(), &hints, &raw); error != 0) {
    return sdk::fail(Code::invalid_argument, text("cannot listen on ", wanted, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, Freeaddrinfo> list(raw);

  int last_error = 0;
  for (const addrinfo* at = list.get(); at; at = at->ai_next) {
    Descriptor listener(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol));
    if (listener.get() < 0) {
      last_error = errno;
      continue;
    }
    set(listener.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (::bind(listener.get(), at->ai_addr, at->ai_addrlen) != 0 || ::listen(listener.get(), backlog) != 0) {
      last_error = errno;
      continue;
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(listener.get(), static_cast<sockaddr*>(static_cast<void*>(&bound)), &size);
    Descriptor stop(::eventfd(0, EFD_CLOEXEC));
    if (stop.get() < 0) return sdk::fail(Code::resource_exhausted, text("cannot make an eventfd: ", std::strerror(errno)));
    return std::make_unique<Acceptor>(Key{}, std::move(listener), std::move(stop), printed(bound, size), options, log);
  }
  const std::string remedy = last_error == EADDRINUSE ? text("; another program has the port: stop it, or set ", options.setting)
                             : last_error == EACCES
                                 ? text("; ports below 1024 need a privilege: set ", options.setting, " to a higher one")
                                 : "";
  return sdk::fail(Code::unavailable, text("cannot listen on ", wanted, ": ", std::strerror(last_error), remedy));
}

Acceptor::Acceptor(Key, Descriptor listener, Descriptor stop, std::string address, const Options& options, sdk::Logger& log)
    : listener_(std::move(listener)),
      stop_(std::move(stop)),
      address_(std::move(address)),
      send_buffer_bytes_(options.send_buffer_bytes),
      thread_name_(options.thread),
      connections_(options.connections),
      log_(log) {}

Acceptor::~Acceptor() { stop(); }

void Acceptor::run(Door& door) {
  thread_ = std::jthread([this, &door] {
    pthread_setname_np(pthread_self(), thread_name_);
    loop(door);
  });
}

void Acceptor::stop() noexcept {
  eventfd_write(stop_.get(), 1);
  if (thread_.joinable()) thread_.join();
  listener_ = Descriptor();
}

void Acceptor::loop(Door& door) noexcept {
  limits::Time next_look{}, next_search{};
  for (;;) {
    if (wait(true, connections_ && connections_->open() > 0 ? look_interval : -1ms)) return;
    const auto now = std::chrono::steady_clock::now();
    if (connections_ && now >= next_look) {
      connections_->look(now);
      const auto strain = door.strain();
      if (strain == limits::Strain::stuck || (strain == limits::Strain::busy && now >= next_search)) {
        connections_->cut_floods(now);
        next_search = now + search_interval;
      }
      next_look = now + look_interval;
    }
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    auto* const generic = static_cast<sockaddr*>(static_cast<void*>(&from));
    Descriptor socket(::accept4(listener_.get(), generic, &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() < 0) {
      const int error = errno;
      if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
        exhausted(error);
        if (wait(false, retry_after)) return;
      }
      continue;  // nobody came, the client went away before it was accepted, or another passing fault
    }
    if (connections_ && !connections_->admit(socket.get(), limits::IpAddress::of(*generic), now)) {
      cut(std::move(socket));
      continue;
    }
    set(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (send_buffer_bytes_ > 0) set(socket.get(), SOL_SOCKET, SO_SNDBUF, static_cast<int>(send_buffer_bytes_));
    door.take(std::move(socket));
  }
}

void Acceptor::exhausted(int error) noexcept {
  const auto now = std::chrono::steady_clock::now();
  if (now < quiet_until_) return;
  quiet_until_ = now + 1min;
  log_.error("cannot accept connections for now: ", std::strerror(error),
             "; raise the limit on open files (ulimit -n, LimitNOFILE=) (said once a minute at most)");
}

bool Acceptor::wait(bool for_connections, std::chrono::milliseconds at_most) noexcept {
  std::array<pollfd, 2> polled{pollfd{stop_.get(), POLLIN, 0}, pollfd{listener_.get(), POLLIN, 0}};
  ::poll(polled.data(), for_connections ? 2 : 1, static_cast<int>(at_most.count()));
  return polled[0].revents != 0;
}

}  // namespace chatd::rpc
