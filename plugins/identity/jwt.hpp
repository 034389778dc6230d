// JwtMode: "Bearer" credentials are JSON Web Tokens, signed with one of the keys that a file, a folder or an
// address has.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "plugins/identity/held.hpp"
#include "plugins/identity/keyring.hpp"
#include "plugins/identity/mode.hpp"
#include "plugins/identity/remote_keys.hpp"
#include "plugins/identity/token.hpp"

namespace chatd::identity {

class JwtMode final : public Mode {
 public:
  // `keys` is a file or a folder.
  JwtMode(TokenRules rules, std::filesystem::path keys) : rules_(std::move(rules)), path_(std::move(keys)) {}
  JwtMode(TokenRules rules, RemoteKeys::Options keys);

  // Reads the keys of files when they have changed; true when there are new ones. [one thread] may block (disk)
  [[nodiscard]] sdk::Result<bool> reload();
  // From here on, by this clock; `changed` is called whenever an address has other keys. Both references must outlive `stop`.
  // [control] never blocks
  void start(const sdk::Clock& clock, sdk::Logger& log, RemoteKeys::Changed changed);
  // Tells who waits for keys. Twice is fine, and without start. [control] may block briefly
  void stop() noexcept;

  [[nodiscard]] bool authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;

 private:
  [[nodiscard]] sdk::Result<> usable(const KeyRing& ring) const;
  [[nodiscard]] sdk::Result<std::optional<sdk::Identity>> look(std::string_view text, const KeyRing& ring) const;
  void look_remotely(std::string_view text, sdk::Verdict& verdict) noexcept;

  const TokenRules rules_;
  const std::filesystem::path path_;
  Held<KeyRing> keys_;
  const sdk::Clock* clock_ = nullptr;
  std::unique_ptr<RemoteKeys> remote_;  // null: the keys are in files. Last: its thread uses the rest
};

}  // namespace chatd::identity
