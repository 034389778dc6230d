// Proxy: hands TCP connections on, each byte later by a delay that can be changed at any time. Order stays.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace chatd::testing::faults {

class Proxy {
 public:
  // Listens at each of `fronts` ("A:P,A:P,A:P") for the one at the same place of `backs`. Throws when it cannot.
  Proxy(const std::string& fronts, const std::string& backs);
  // Ends all connections.
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // Of each way, for what arrives from now on. [any]
  void delay(std::chrono::milliseconds time) { delay_ = time; }
  // How many bytes went through. [any]
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  class Way;
  struct Pair;
  struct Front;
  void run(std::stop_token stop);
  void accept(const Front& front);

  std::vector<Front> fronts_;
  std::vector<std::unique_ptr<Pair>> pairs_;
  std::atomic<std::chrono::milliseconds> delay_{std::chrono::milliseconds(0)};
  std::atomic<std::size_t> bytes_ = 0;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace chatd::testing::faults
