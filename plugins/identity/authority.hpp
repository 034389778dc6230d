// Authority: asks the modes in their order; the first that does not abstain decides.
#pragma once

#include <cstdint>
#include <string_view>

#include "chatd/sdk/authenticator.hpp"
#include "chatd/sdk/plugin.hpp"
#include "plugins/identity/options.hpp"

namespace chatd::identity {

class Authority final : public sdk::Authenticator {
 public:
  // [control] never blocks
  void configure(const Options& options);
  // [control] may block
  [[nodiscard]] sdk::Result<> start(const sdk::Context& context) noexcept;
  // Refuses from now on. Legal without start, and twice. [control] may block
  void stop() noexcept;

  void authenticate(const sdk::Credentials& credentials, sdk::Verdict& verdict) noexcept override;
  [[nodiscard]] sdk::Result<> authorize(const sdk::Identity& identity, sdk::Action action,
                                        std::string_view room) const noexcept override;
  [[nodiscard]] bool open() const noexcept override { return open_; }
  [[nodiscard]] std::uint64_t revision() const noexcept override { return 0; }

 private:
  bool open_ = true;
};

}  // namespace chatd::identity
