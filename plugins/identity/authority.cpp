#include "plugins/identity/authority.hpp"

#include <utility>

namespace chatd::identity {

void Authority::configure(const Options& options) { open_ = options.modes.front() == "open"; }

sdk::Result<> Authority::start(const sdk::Context&) noexcept { return {}; }

void Authority::stop() noexcept {}

void Authority::authenticate(const sdk::Credentials&, sdk::Verdict& verdict) noexcept {
  sdk::Identity anybody;
  anybody.mode = "open";
  verdict.decided(std::move(anybody));
}

sdk::Result<> Authority::authorize(const sdk::Identity&, sdk::Action, std::string_view) const noexcept { return {}; }

}  // namespace chatd::identity
