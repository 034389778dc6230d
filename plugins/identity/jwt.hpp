// JwtMode: "Bearer" credentials are JSON Web Tokens, signed with one of the keys that a file, or a folder, holds.
#pragma once

#include <filesystem>

#include "plugins/identity/held.hpp"
#include "plugins/identity/keyring.hpp"
#include "plugins/identity/mode.hpp"
#include "plugins/identity/token.hpp"

namespace chatd::identity {

class JwtMode final : public Mode {
 public:
  JwtMode(TokenRules rules, std::filesystem::path keys) : rules_(std::move(rules)), path_(std::move(keys)) {}

  // Reads the keys when they have changed; true when there are new ones. [one thread] may block (disk)
  [[nodiscard]] sdk::Result<bool> reload();
  // From here on, by this clock. [control] never blocks
  void start(const sdk::Clock& clock) noexcept { clock_ = &clock; }

  [[nodiscard]] bool authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;

 private:
  [[nodiscard]] sdk::Result<std::optional<sdk::Identity>> look(std::string_view token) const;

  const TokenRules rules_;
  const std::filesystem::path path_;
  Held<KeyRing> keys_;
  const sdk::Clock* clock_ = nullptr;
};

}  // namespace chatd::identity
