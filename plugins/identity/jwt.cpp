#include "plugins/identity/jwt.hpp"

#include <algorithm>
#include <utility>

#include "chatd/sdk/text.hpp"

namespace chatd::identity {

using sdk::Code;
using sdk::fail;

bool is_scheme(std::string_view scheme, std::string_view lower) noexcept {
  return std::ranges::equal(
      scheme, lower, [](char c, char wanted) { return (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == wanted; });
}

JwtMode::JwtMode(TokenRules rules, RemoteKeys::Options keys)
    : rules_(std::move(rules)),
      remote_(std::make_unique<RemoteKeys>(std::move(keys), [this](const KeyRing& ring) { return usable(ring); })) {}

void JwtMode::start(const sdk::Clock& clock, sdk::Logger& log, RemoteKeys::Changed changed) {
  clock_ = &clock;
  if (remote_) remote_->start(log, std::move(changed));
}

void JwtMode::stop() noexcept {
  if (remote_) remote_->stop();
}

sdk::Result<> JwtMode::usable(const KeyRing& ring) const {
  for (const auto* algorithm : rules_.algorithms) {
    if (ring.fits(*algorithm)) return {};
  }
  return fail(Code::invalid_argument, "none of its keys is for one of jwt_algorithms");
}

sdk::Result<bool> JwtMode::reload() {
  if (remote_) return false;
  return keys_.reload(path_, [this](const std::filesystem::path& path) -> sdk::Result<KeyRing> {
    auto ring = KeyRing::load(path);
    if (!ring) return ring;
    if (const auto fit = usable(*ring); !fit) return fail(fit.error().code, sdk::text(path.string(), ": ", fit.error().text));
    return ring;
  });
}

bool JwtMode::authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept {
  if (!is_scheme(credentials.scheme, "bearer")) return false;
  if (remote_)
    look_remotely(credentials.value, verdict);
  else
    verdict.decided(look(credentials.value, *keys_.get()));
  return true;
}

// A key that is not there may have been made since.
void JwtMode::look_remotely(std::string_view text, sdk::Verdict& verdict) noexcept {
  const auto ring = remote_->get();
  if (ring) {
    const auto token = take_apart(text);
    const bool known = !token || !token->header.key_id || ring->knows(*token->header.key_id);
    if (known) return verdict.decided(look(text, *ring));
  }
  const auto there_are_none = [] {
    return fail(Code::unavailable, "this server cannot have the keys by which tokens are checked; try again", true);
  };
  const auto asked = remote_->ask([this, text = std::string(text), &verdict, there_are_none](bool there_is_time) noexcept {
    if (!there_is_time) return verdict.decided(fail(Code::unavailable, "this server is shutting down; connect again", true));
    const auto newer = remote_->get();
    verdict.decided(newer ? look(text, *newer) : there_are_none());
  });
  switch (asked) {
    case RemoteKeys::Asked::yes:
      return;
    case RemoteKeys::Asked::too_many:
      return verdict.decided(fail(Code::resource_exhausted, "too many tokens wait for their keys; try again", true));
    case RemoteKeys::Asked::too_soon:
      return verdict.decided(ring ? look(text, *ring) : there_are_none());
  }
}

// Some 0.1 ms; the host keeps what comes of it.
sdk::Result<std::optional<sdk::Identity>> JwtMode::look(std::string_view text, const KeyRing& ring) const {
  const auto token = take_apart(text);
  if (!token) return std::unexpected(token.error());
  const auto algorithm = algorithm_of(*token, rules_);
  if (!algorithm) return std::unexpected(algorithm.error());
  if (auto checked = check_signature(*token, **algorithm, ring); !checked) return std::unexpected(checked.error());
  auto identity = identity_of(*token, rules_, clock_->now());
  if (!identity) return std::unexpected(identity.error());
  return *std::move(identity);
}

}  // namespace chatd::identity
