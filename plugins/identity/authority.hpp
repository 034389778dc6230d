// Authority: asks the modes in their order, the first that does not abstain decides; and knows the rules of who may do what.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/plugin.hpp"
#include "plugins/identity/jwt.hpp"
#include "plugins/identity/mtls.hpp"
#include "plugins/identity/options.hpp"
#include "plugins/identity/rules.hpp"
#include "plugins/identity/static.hpp"
#include "plugins/identity/worker.hpp"

namespace chatd::identity {

class Authority final : public sdk::Authenticator {
 public:
  // REQUIRES: the options are right. [control] never blocks
  void configure(const Options& options);
  // Reads the files. [control] may block (disk)
  [[nodiscard]] sdk::Result<> start(const sdk::Context& context) noexcept;
  // Refuses from now on. Legal without start, and twice. [control] may block
  void stop() noexcept;

  void authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;
  [[nodiscard]] sdk::Result<> authorize(const sdk::Identity& identity, sdk::Action action,
                                        std::string_view room) const noexcept override;
  [[nodiscard]] bool open() const noexcept override { return options_.modes.front() == "open"; }
  [[nodiscard]] std::uint64_t revision() const noexcept override { return revision_; }

 private:
  [[nodiscard]] sdk::Result<bool> reload();
  void look() noexcept;

  static constexpr std::size_t most_logins = 64;  // that wait, some seconds' work

  Options options_;
  std::vector<Rule> rules_;
  std::optional<JwtMode> jwt_;
  std::optional<StaticMode> static_;
  std::optional<MtlsMode> mtls_;
  std::vector<Mode*> modes_;  // those above, in their order
  bool last_is_open_ = true;
  std::atomic<std::uint64_t> revision_ = 0;
  std::atomic<bool> running_ = false;
  sdk::Logger* log_ = nullptr;
  Worker worker_{most_logins};  // last: its thread uses the rest
};

}  // namespace chatd::identity
