#include "socket.hpp"

#include <array>
#include <cerrno>
#include <cstdint>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatd::testing {
namespace {

sockaddr_in loopback(const char* address, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address, &out.sin_addr);
  return out;
}

const sockaddr* generic(const sockaddr_in& address) { return static_cast<const sockaddr*>(static_cast<const void*>(&address)); }

}  // namespace

Socket::Socket(int port, const char* from) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval wait{std::chrono::seconds(patience).count(), 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  const auto own = loopback(from, 0);
  const auto to = loopback("127.0.0.1", port);
  connected_ = ::bind(fd_, generic(own), sizeof own) == 0 && ::connect(fd_, generic(to), sizeof to) == 0;
}

Socket::~Socket() { ::close(fd_); }

void Socket::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Socket::closed_by_peer() const {
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return true;
    if (got < 0) return false;
  }
}

void Socket::reset() const {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string frame(char type, char flags, unsigned stream, std::string_view payload) {
  const auto byte = [](std::size_t number, int shift) { return static_cast<char>(number >> shift & 0xff); };
  const std::size_t size = payload.size();
  std::string out{byte(size, 16), byte(size, 8), byte(size, 0), type, flags};
  for (const int shift : {24, 16, 8, 0}) out += byte(stream, shift);
  return out.append(payload);
}

std::string call_headers(unsigned stream, std::string_view method) {
  std::string block;
  const auto literal = [&](std::string_view name, std::string_view value) {
    block.append({0, static_cast<char>(name.size())}).append(name);
    block.append(1, static_cast<char>(value.size())).append(value);
  };
  literal(":method", "POST");
  literal(":scheme", "http");
  literal(":path", method);
  literal(":authority", "localhost");
  literal("content-type", "application/grpc");
  literal("te", "trailers");
  return frame(1, 4, stream, block);
}

std::string call(unsigned stream, std::string_view method, std::string_view message) {
  std::string data{0, 0, 0, 0, static_cast<char>(message.size())};  // below 128 bytes
  return call_headers(stream, method) + frame(0, 1, stream, data.append(message));
}

}  // namespace chatd::testing
