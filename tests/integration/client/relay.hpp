// Relay: a TCP proxy inside a test, whose connections can be cut without a word to the server's program.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace chatd::testing {

class Relay {
 public:
  // Listens on a free port, and passes on to this port of the same machine.
  explicit Relay(int to);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Cuts every connection; new ones are taken.
  void cut() { ++cuts_; }
  // The next time that the server says something with this word in it, that is lost, and the connection is cut.
  void lose(const char* word) { word_ = word; }

 private:
  void run(const std::stop_token& stop);

  const int to_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> cuts_ = 0;
  std::atomic<const char*> word_ = nullptr;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace chatd::testing
