// The glue between the host and identity::Authority.
#include "chatd/sdk/plugin.hpp"

#include <utility>

#include "chatd/sdk/abi.hpp"
#include "plugins/identity/authority.hpp"
#include "plugins/identity/options.hpp"

namespace chatd::identity {
namespace {

class IdentityPlugin final : public sdk::Plugin {
 public:
  std::span<const sdk::OptionInfo> options() const noexcept override { return option_list().infos(); }
  sdk::Problems configure(const sdk::Section& section) noexcept override {
    Options options;
    auto problems = option_list().read(section, options);
    if (problems.empty()) problems = check(options, section);
    if (problems.empty()) authority_.configure(options);
    return problems;
  }
  sdk::Result<> start(const sdk::Context& context) noexcept override { return authority_.start(context); }
  sdk::Result<> drain(sdk::Deadline) noexcept override { return {}; }
  void stop() noexcept override { authority_.stop(); }
  sdk::Authenticator* authenticator() noexcept override { return &authority_; }

 private:
  Authority authority_;
};

}  // namespace
}  // namespace chatd::identity

CHATD_PLUGIN(chatd::identity::IdentityPlugin, "identity", "0.1.0")
