// Socket: a client's raw connection, for what no HTTP/2 library would send.
#pragma once

#include <string>
#include <string_view>

#include "host_process.hpp"

namespace chatd::testing {

class Socket {
 public:
  // Connects, from this address of the loopback network.
  explicit Socket(int port, const char* from = "127.0.0.1");
  explicit Socket(const HostProcess& host, const char* from = "127.0.0.1") : Socket(host.port(), from) {}
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] bool connected() const noexcept { return connected_; }
  [[nodiscard]] int get() const noexcept { return fd_; }
  // Sends all of it, or as much as goes before the other side closes or does not read for as long as patience.
  void send(std::string_view bytes) const;
  // Reads until the other side closes; false when it does not within patience.
  [[nodiscard]] bool closed_by_peer() const;
  // From now on it closes by a reset.
  void reset() const;

 private:
  int fd_;
  bool connected_ = false;
};

// What an HTTP/2 client begins with, and empty SETTINGS.
inline constexpr std::string_view preface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

// A frame of HTTP/2, below 64 KiB.
[[nodiscard]] std::string frame(char type, char flags, unsigned stream, std::string_view payload = {});
// A call of a method without compression of its headers, but for its message, and the same with a message in gRPC's form.
[[nodiscard]] std::string call_headers(unsigned stream, std::string_view method);
[[nodiscard]] std::string call(unsigned stream, std::string_view method, std::string_view message);

}  // namespace chatd::testing
