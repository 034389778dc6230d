#include "plugins/identity/jwt.hpp"

#include <algorithm>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {

bool is_scheme(std::string_view scheme, std::string_view lower) noexcept {
  return std::ranges::equal(
      scheme, lower, [](char c, char wanted) { return (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == wanted; });
}

sdk::Result<bool> JwtMode::reload() {
  return keys_.reload(path_, [this](const std::filesystem::path& path) -> sdk::Result<KeyRing> {
    auto ring = KeyRing::load(path);
    if (!ring) return ring;
    for (const auto* algorithm : rules_.algorithms) {
      if (ring->fits(*algorithm)) return ring;
    }
    return sdk::fail(sdk::Code::invalid_argument, sdk::text(path.string(), ": none of its keys is for one of jwt_algorithms"));
  });
}

bool JwtMode::authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept {
  if (!is_scheme(credentials.scheme, "bearer")) return false;
  verdict.decided(look(credentials.value));
  return true;
}

// Some 0.1 ms; the host keeps what comes of it.
sdk::Result<std::optional<sdk::Identity>> JwtMode::look(std::string_view text) const {
  const auto ring = keys_.get();
  const auto token = take_apart(text);
  if (!token) return std::unexpected(token.error());
  const auto algorithm = algorithm_of(*token, rules_);
  if (!algorithm) return std::unexpected(algorithm.error());
  if (auto checked = check_signature(*token, **algorithm, *ring); !checked) return std::unexpected(checked.error());
  auto identity = identity_of(*token, rules_, clock_->now());
  if (!identity) return std::unexpected(identity.error());
  return *std::move(identity);
}

}  // namespace chatd::identity
