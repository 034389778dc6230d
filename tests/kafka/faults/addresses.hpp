// Addresses: where the hosts of a test listen at the moment. Hosts come and go; clients look here before each attempt.
#pragma once

#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace chatd::testing::faults {

class Addresses {
 public:
  // A host's address from now on. [any]
  void set(int host, std::string address) {
    const std::scoped_lock lock(mutex_);
    addresses_[host] = std::move(address);
  }
  // Any but `except`, unless there is no other. A host that was killed is still among them, as in a balancer's list: that it has
  // gone is found by trying. [any]
  [[nodiscard]] std::string any(std::mt19937_64& random, const std::string& except = {}) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> others;
    for (const auto& [host, address] : addresses_) {
      if (address != except) others.push_back(address);
    }
    if (others.empty()) return except;
    return others[std::uniform_int_distribution<std::size_t>(0, others.size() - 1)(random)];
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> addresses_;
};

}  // namespace chatd::testing::faults
