#include "http.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "chatd/sdk/text.hpp"

namespace chatd::sdk::testing {

namespace {

auto failed(std::string_view address, std::string_view what) {
  return fail(Code::unavailable, text(address, " cannot be asked: ", what));
}

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int operator*() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Result<std::string> http_get(std::string_view address, std::string_view path, std::chrono::milliseconds limit) {
  const auto colon = address.rfind(':');
  if (colon == address.npos) return failed(address, "it is no HOST:PORT");
  std::string host(address.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port(address.substr(colon + 1));
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (const int why = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &list); why != 0)
    return failed(address, ::gai_strerror(why));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(list, &::freeaddrinfo);

  const Socket socket(::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0));
  const timeval wait{limit.count() / 1000, limit.count() % 1000 * 1000};
  ::setsockopt(*socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(*socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  if (::connect(*socket, found->ai_addr, found->ai_addrlen) != 0) return failed(address, std::strerror(errno));
  const auto request = text("GET ", path, " HTTP/1.1\r\nHost: ", address, "\r\nConnection: close\r\n\r\n");
  if (::send(*socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return failed(address, std::strerror(errno));

  std::string answer;
  for (std::array<char, 16384> part;;) {
    const auto count = ::recv(*socket, part.data(), part.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(address, std::strerror(errno));
    if (count == 0) break;
    answer.append(part.data(), static_cast<std::size_t>(count));
  }
  const auto line = answer.substr(0, answer.find("\r\n"));
  const auto body = answer.find("\r\n\r\n");
  if (line.find(" 200 ") == line.npos || body == answer.npos) return failed(address, text("it answered \"", line, '"'));
  return answer.substr(body + 4);
}

}  // namespace chatd::sdk::testing
