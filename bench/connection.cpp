#include "bench/connection.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"
#include "host/config/address.hpp"

namespace chatd::bench {
namespace {

using sdk::text;

constexpr std::size_t connections_per_address = 20'000;  // below the kernel's default of 28,232 local ports

struct Freeaddrinfo {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

template <class Address>
const sockaddr* generic(const Address& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

// 127.0.0.1 for the first connections, then 127.0.0.2 and so on; targets that are not in 127.0.0.0/8 are left to the kernel.
void choose_source(int descriptor, const Endpoint& to, std::size_t number) {
  if (number < connections_per_address || to.address.ss_family != AF_INET) return;
  sockaddr_in source{};
  std::memcpy(&source, &to.address, sizeof source);
  if (ntohl(source.sin_addr.s_addr) >> 24U != 127) return;
  source.sin_port = 0;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number / connections_per_address));
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  // When it does not work, connect says that there is no port.
  (void)::bind(descriptor, generic(source), sizeof source);
}

}  // namespace

sdk::Result<Endpoint> Endpoint::resolve(const std::string& target) {
  const auto parsed = config::parse_address(target);
  if (!parsed) return std::unexpected(parsed.error());
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (const int error = ::getaddrinfo(parsed->host.c_str(), text(parsed->port).c_str(), &hints, &raw); error != 0)
    return sdk::fail(sdk::Code::unavailable, text("cannot look up \"", parsed->host, "\": ", ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, Freeaddrinfo> list(raw);
  Endpoint endpoint{target, {}, list->ai_addrlen, nullptr};
  std::memcpy(&endpoint.address, list->ai_addr, list->ai_addrlen);
  return endpoint;
}

Connection::Connection(Loop& loop, const Endpoint& to, std::size_t number, const http2::Session::Options& options)
    : loop_(loop), target_(to.name), session_(options) {
  if (auto why = open(to, number); !why.empty()) close(why);
}

std::string Connection::open(const Endpoint& to, std::size_t number) {
  descriptor_ = ::socket(to.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0) return text("cannot make a socket: ", std::strerror(errno));
  const int yes = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  choose_source(descriptor_, to, number);
  if (::connect(descriptor_, generic(to.address), to.address_bytes) != 0 && errno != EINPROGRESS)
    return text("cannot connect to ", target_, ": ", std::strerror(errno));
  if (to.trust && !(tls_ = TlsSocket::open(*to.trust, descriptor_))) return "there is no memory for TLS";
  if (!loop_.add(descriptor_, *this)) return text("epoll refuses a socket: ", std::strerror(errno));
  return {};
}

Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ssize_t Connection::receive(char* to, std::size_t most) noexcept {
  return tls_ ? tls_->receive(to, most) : ::recv(descriptor_, to, most, 0);
}

ssize_t Connection::send(const char* from, std::size_t bytes) noexcept {
  return tls_ ? tls_->send(from, bytes) : ::send(descriptor_, from, bytes, MSG_NOSIGNAL);
}

std::string Connection::broken() const {
  const int error = errno;
  return text("the connection to ", target_, " broke: ", tls_ && error == EPROTO ? tls_->why() : std::strerror(error));
}

void Connection::close(std::string_view why) noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  session_.end(why);
}

void Connection::ready(std::uint32_t events) noexcept {
  if (closed()) return;
  if (connecting_) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return close(text("cannot connect to ", target_, ": ", std::strerror(error)));
    if ((events & EPOLLOUT) == 0) return;
    connecting_ = false;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && !paused_)
    read((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  flush();
}

void Connection::resume() noexcept {
  paused_ = false;
  if (closed() || connecting_) return;
  read(true);
  flush();
}

void Connection::read(bool to_the_end) noexcept {
  auto& scratch = loop_.scratch();
  while (!closed() && !paused_) {
    const ssize_t got = receive(scratch.data(), scratch.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got < 0) return close(broken());
    if (got == 0) return close(text(target_, " closed the connection"));
    loop_.mark_received();
    if (auto taken = session_.receive({scratch.data(), static_cast<std::size_t>(got)}); !taken) return close(taken.error().text);
    // A short read has emptied the socket: the next bytes are a new edge.
    if (!to_the_end && !tls_ && static_cast<std::size_t>(got) < scratch.size()) return;
  }
}

void Connection::flush() noexcept {
  auto& bytes = session_.outgoing();
  if (bytes.empty() || closed() || connecting_) return;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t put = send(bytes.data() + sent, bytes.size() - sent);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (put < 0) {
      bytes.clear();
      return close(broken());
    }
    sent += static_cast<std::size_t>(put);
  }
  bytes.erase(0, sent);
}

}  // namespace chatd::bench
