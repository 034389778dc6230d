// Room: the newest deliveries of one room, encoded once, and the sequence number of the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::bench::floor {

class Room {
 public:
  // As chatd's default ring has them, hub.ring_messages.
  static constexpr std::size_t kept = 4'096;

  void push(std::string payload) { payloads_[head_++ % kept] = std::move(payload); }

  [[nodiscard]] std::uint64_t head() const noexcept { return head_; }
  [[nodiscard]] std::uint64_t tail() const noexcept { return head_ < kept ? 0 : head_ - kept; }
  // The payload of a DATA frame. REQUIRES: tail() <= sequence < head(). Valid until the next push.
  [[nodiscard]] std::string_view at(std::uint64_t sequence) const noexcept { return payloads_[sequence % kept]; }

 private:
  std::vector<std::string> payloads_ = std::vector<std::string>(kept);
  std::uint64_t head_ = 0;
};

}  // namespace chatd::bench::floor
