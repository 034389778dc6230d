// StreamBouncer: ends streams as operators ordered. One whose client does not read what is on its way to it is cut after a while.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "chatd/sdk/clock.hpp"
#include "host/access/orders.hpp"
#include "host/hub/hub.hpp"

namespace chatd::rpc {

class StreamBouncer final : public access::Bouncer {
 public:
  // The hub must outlive it.
  explicit StreamBouncer(hub::Hub& hub) noexcept : hub_(hub) {}

  std::size_t put_out(access::Ban::Of of, const std::string& id, const sdk::Error& why) noexcept override;
  std::size_t put_out(std::uint64_t connection, const sdk::Error& why) noexcept override;

  // Cuts those that had time enough. [queue] never blocks
  void tick(sdk::Deadline now);

 private:
  std::size_t watch(const std::vector<std::uint64_t>& sessions);

  hub::Hub& hub_;
  std::vector<std::pair<sdk::Deadline, std::uint64_t>> ending_;  // until when, and which; the sooner first
};

}  // namespace chatd::rpc
