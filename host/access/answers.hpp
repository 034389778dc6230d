// Answers: what the authenticator was asked, and what it answered, for whoever watches the host.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/metrics.hpp"
#include "host/hub/tally.hpp"

namespace chatd::access {

// What a call showed. Of an authenticator that takes several kinds, what it decided by is not told when it refuses.
enum class Shown : std::uint8_t { nothing, bearer, basic, certificate, other };
// `failed`: it could not be looked into.
enum class Outcome : std::uint8_t { accepted, abstained, refused, failed };

// "bearer", "accepted"; static storage. [any] never blocks
[[nodiscard]] std::string_view name(Shown shown) noexcept;
[[nodiscard]] std::string_view name(Outcome outcome) noexcept;

// The scheme counts before the certificate. [any] never blocks
[[nodiscard]] Shown shown(const sdk::Credentials& credentials) noexcept;
[[nodiscard]] Outcome outcome(const sdk::Result<std::optional<sdk::Identity>>& found) noexcept;

struct Answers {
  static constexpr std::size_t kinds = static_cast<std::size_t>(Shown::other) + 1;
  static constexpr std::size_t outcomes = static_cast<std::size_t>(Outcome::failed) + 1;

  // [queue] never blocks
  void count(Shown shown, Outcome outcome) noexcept {
    authentications[static_cast<std::size_t>(shown)][static_cast<std::size_t>(outcome)].add();
  }
  void took(std::chrono::steady_clock::duration time) noexcept {
    if (authenticate_seconds) authenticate_seconds->observe(std::chrono::duration<double>(time).count());
  }
  void authorized(bool allowed) noexcept { (allowed ? allowances : denials).add(); }

  std::array<std::array<hub::Tally, outcomes>, kinds> authentications;
  hub::Tally allowances;
  hub::Tally denials;
  sdk::Histogram* authenticate_seconds = nullptr;  // null: nobody watches
};

}  // namespace chatd::access
