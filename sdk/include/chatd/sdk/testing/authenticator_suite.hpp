// The authenticator conformance suite: cases that each hold a plugin to one promise of sdk::Authenticator.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/testing/suite.hpp"

namespace chatd::sdk::testing {

// Credentials that own their bytes.
struct Shown {
  std::string scheme, value, certificate;

  [[nodiscard]] Credentials view() const noexcept { return {scheme, value, certificate}; }
};

// What an identity may not do.
struct Forbidden {
  Identity identity;
  Action action = Action::admin;
  std::string room;
};

class AuthenticatorFactory : public PluginFactory {
 public:
  // What it accepts. Nothing: declined.
  [[nodiscard]] virtual std::optional<Shown> good() { return std::nullopt; }
  // Of its kind, and wrong: another password, a bad signature. `value` is taken for a secret. Nothing: declined.
  [[nodiscard]] virtual std::optional<Shown> bad() { return std::nullopt; }
  // Of no kind of its own: it abstains. Nothing: declined.
  [[nodiscard]] virtual std::optional<Shown> foreign() { return std::nullopt; }
  // Who may not do what: by default, whom nobody knows may not administer. The suite does not ask one that is open.
  [[nodiscard]] virtual Forbidden forbidden() {
    Forbidden nobody;
    nobody.identity.user_id = "conformance-nobody";
    return nobody;
  }
};

using AuthenticatorCase = Case<AuthenticatorFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const AuthenticatorCase> authenticator_cases() noexcept;

}  // namespace chatd::sdk::testing
