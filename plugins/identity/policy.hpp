// Policy: one configuration's modes and rules. It does not change, but for what its files say; a reload makes another one.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "plugins/identity/jwt.hpp"
#include "plugins/identity/mtls.hpp"
#include "plugins/identity/options.hpp"
#include "plugins/identity/rules.hpp"
#include "plugins/identity/static.hpp"

namespace chatd::identity {

class Worker;

struct Policy {
  // REQUIRES: the options are right. The worker must outlive it. Keys that an address has are those of `running`, where that has
  // the same address and asks the same of tokens. [control] never blocks
  Policy(const Options& its_options, Worker& worker, const Policy* running = nullptr);
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  // All files that have changed; true when one has. Each that is other now calls `changed`. [one thread] may block (disk)
  template <class Changed>
  [[nodiscard]] sdk::Result<bool> reload(Changed changed) {
    sdk::Result<bool> any = false;
    const auto add = [&](sdk::Result<bool> read) {
      if (!read && any) any = std::unexpected(std::move(read.error()));
      if (read && *read && any) any = true;
      if (read && *read) changed();
    };
    if (jwt) add(jwt->reload());
    if (passwords) add(passwords->reload());
    return any;
  }

  [[nodiscard]] bool open() const noexcept { return options.modes.front() == "open"; }
  // Whether its keys are fetched. [any] never blocks
  [[nodiscard]] bool fetches() const noexcept { return jwt && is_address(options.jwt_keys); }

  const Options options;
  std::vector<Rule> rules;
  std::shared_ptr<JwtMode> jwt;  // null: it has none; of several policies when its keys are fetched
  std::optional<StaticMode> passwords;
  std::optional<MtlsMode> mtls;
  std::vector<Mode*> modes;  // those above, in their order
  bool last_is_open = true;
};

// Whether a host that runs with the one has to start again to have the other: everybody is believed, or is not any more, or keys
// are to be fetched from another address or for other tokens. [any] never blocks
[[nodiscard]] bool needs_restart(const Options& running, const Options& next) noexcept;

}  // namespace chatd::identity
