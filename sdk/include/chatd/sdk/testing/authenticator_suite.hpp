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
  std::string scheme;       // "Bearer"
  std::string value;        // what stands behind it
  std::string certificate;  // in PEM; empty: none

  // As an authenticator is given them; as long as this. [any] never blocks
  [[nodiscard]] Credentials view() const noexcept { return {scheme, value, certificate}; }
};

// What an identity may not do.
struct Forbidden {
  Identity identity;              // whose
  Action action = Action::admin;  // what
  std::string room;               // where
};

// How the suite comes by authenticators, and by credentials for them.
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

// One promise of an authenticator.
using AuthenticatorCase = Case<AuthenticatorFactory>;

// All cases; static storage. [any] never blocks
[[nodiscard]] std::span<const AuthenticatorCase> authenticator_cases() noexcept;

}  // namespace chatd::sdk::testing
