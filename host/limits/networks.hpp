// Networks: addresses and ranges of them, as an operator lists them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chatd/sdk/error.hpp"
#include "host/limits/ip_address.hpp"

namespace chatd::limits {

class Networks {
 public:
  // "192.0.2.1", "10.0.0.0/8", "fd00::/8"; an error says what is wrong with the first that is none. [any] never blocks
  [[nodiscard]] static sdk::Result<Networks> parse(std::span<const std::string> texts);

  // [any] never blocks
  [[nodiscard]] bool contain(const IpAddress& address) const noexcept;

 private:
  struct Network {
    IpAddress base;
    int bits;
  };

  [[nodiscard]] static sdk::Result<Network> parse_one(std::string_view text);

  std::vector<Network> networks_;
};

}  // namespace chatd::limits
