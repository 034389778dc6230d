// Connection: an http2::Session on a socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include "bench/http2/session.hpp"
#include "bench/loop.hpp"
#include "bench/tls.hpp"
#include "chatd/sdk/error.hpp"

namespace chatd::bench {

// Where a server listens.
struct Endpoint {
  std::string name;  // host:port, as it was given
  sockaddr_storage address{};
  socklen_t address_bytes = 0;
  const Trust* trust = nullptr;  // null: connections are not encrypted

  // Looks "host:port" up. invalid_argument when it is not that, unavailable when there is no such host. May block.
  [[nodiscard]] static sdk::Result<Endpoint> resolve(const std::string& target);
};

class Connection final : public Loop::Source {
 public:
  // Begins to connect; whatever goes wrong, at once or later, ends the calls. `number` counts the connections of this process:
  // many to a loopback address come from several, so that ports do not run out. `loop` must outlive it.
  Connection(Loop& loop, const Endpoint& to, std::size_t number, const http2::Session::Options& options);
  // Closes the socket. Calls that did not end are forgotten.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // As Session::begin; what is to be sent goes out with the next `flush`, or with what is received.
  void begin(std::string_view headers, std::string_view message, http2::Call& call) { session_.begin(headers, message, call); }
  void flush() noexcept;

  // Reads nothing more, so that the server's writes fill up; until `resume`.
  void pause() noexcept { paused_ = true; }
  void resume() noexcept;

  // Its socket is gone, and its calls have ended.
  [[nodiscard]] bool closed() const noexcept { return descriptor_ < 0; }

  void ready(std::uint32_t events) noexcept override;

 private:
  // Why it did not; empty when it did.
  std::string open(const Endpoint& to, std::size_t number);
  void read(bool to_the_end) noexcept;
  void close(std::string_view why) noexcept;
  [[nodiscard]] ssize_t receive(char* to, std::size_t most) noexcept;
  [[nodiscard]] ssize_t send(const char* from, std::size_t bytes) noexcept;
  [[nodiscard]] std::string broken() const;

  Loop& loop_;
  const std::string& target_;
  int descriptor_ = -1;
  bool connecting_ = true;
  bool paused_ = false;
  http2::Session session_;
  std::unique_ptr<TlsSocket> tls_;  // null: not encrypted
};

}  // namespace chatd::bench
