// Addresses: where the hosts of a test listen at the moment. Hosts come and go; clients look here before each attempt.
#pragma once

#include <map>
#include <mutex>
#include <random>
#include <string>

namespace chatd::testing::faults {

class Addresses {
 public:
  // A host's address from now on. [any]
  void set(int host, std::string address) {
    const std::scoped_lock lock(mutex_);
    addresses_[host] = std::move(address);
  }
  // Nobody knows yet that it has gone, except by trying; the address stays. That is what a balancer's list is like.
  [[nodiscard]] std::string any(std::mt19937_64& random) const {
    const std::scoped_lock lock(mutex_);
    if (addresses_.empty()) return {};
    auto at = addresses_.begin();
    std::advance(at, std::uniform_int_distribution<std::size_t>(0, addresses_.size() - 1)(random));
    return at->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> addresses_;
};

}  // namespace chatd::testing::faults
