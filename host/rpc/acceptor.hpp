// Acceptor: the listening socket and its accept loop. gRPC's own listener was seen deaf for good after one exhaustion of file
// descriptors; this one waits until there are some again, and sets each socket's options itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "chatd/sdk/error.hpp"
#include "chatd/sdk/log.hpp"
#include "host/limits/pulse.hpp"

namespace chatd::limits {
class Connections;
}

namespace chatd::rpc {

// A file descriptor that closes itself. -1: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept;

 private:
  int fd_;
};

// Takes each accepted connection.
class Door {
 public:
  // [accept loop] must not block
  virtual void take(Descriptor socket) noexcept = 0;
  // What the thread that serves them was like since the last call. [accept loop] must not block
  [[nodiscard]] virtual limits::Strain strain() noexcept { return limits::Strain::none; }

 protected:
  ~Door() = default;
};

class Acceptor {
  struct Key {};  // only `open` makes one

 public:
  struct Options {
    std::string host;                    // a name or an address; brackets off
    std::uint16_t port = 0;              // 0: a free one
    std::int64_t send_buffer_bytes = 0;  // SO_SNDBUF; 0: the kernel's own
    // What an operator sets to have another port, and the loop's thread, of at most 15 characters; both of static storage.
    std::string_view setting = "host.listen or SERVER_PORT";
    const char* thread = "chatd-accept";
    // Says which connections may stay; those that may not are cut before anybody else sees them. Null: all may. It outlives the
    // acceptor.
    limits::Connections* connections = nullptr;
  };

  // Binds and listens; connections wait in the kernel until `run`. `log` must outlive it. [control] may block (name look-up)
  [[nodiscard]] static sdk::Result<std::unique_ptr<Acceptor>> open(const Options& options, sdk::Logger& log);

  Acceptor(Key, Descriptor listener, Descriptor stop, std::string address, const Options& options, sdk::Logger& log);
  // Stops and joins.
  ~Acceptor();

  // "127.0.0.1:43123", with the port that was taken. [any] never blocks
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  // The listening socket. [any] never blocks
  [[nodiscard]] int listener() const noexcept { return listener_.get(); }

  // Starts the loop. `door` must outlive it. Once. [control] never blocks
  void run(Door& door);
  // Closes the listening socket and joins the loop; twice is fine. [control] may block, for at most one call of the door
  void stop() noexcept;

 private:
  void loop(Door& door) noexcept;
  void exhausted(int error) noexcept;
  // True when it is time to stop.
  [[nodiscard]] bool wait(bool for_connections, std::chrono::milliseconds at_most) noexcept;

  Descriptor listener_;
  Descriptor stop_;  // an eventfd
  std::string address_;
  const std::int64_t send_buffer_bytes_;
  const char* const thread_name_;
  limits::Connections* const connections_;
  sdk::Logger& log_;
  std::chrono::steady_clock::time_point quiet_until_{};
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::rpc
